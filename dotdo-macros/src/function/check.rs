//! The rules of durable functions.

use proc_macro2::TokenStream;
use syn::{Expr, FnArg, PatType, Type};

use super::model::{Durable, Route, Trigger};
use super::pattern::Pattern;
use crate::diag::Errors;
use crate::signature::{self, Arg, is_named, last_segment};

/// A sound function, by what it is.
pub enum Form {
    /// It is started by an event.
    Handler,
    /// It is started by a schedule.
    Scheduled,
    /// It is called and journals what it does.
    Flow(Args),
    /// It is called and is one entry of its caller's journal.
    Step(Args),
}

/// What a function that is called takes, beside a `Flow`, and gives.
pub struct Args {
    pub args: Vec<Arg>,
    pub output: TokenStream,
}

/// Checks a function; `None` if there is a mistake in its signature.
pub fn form(durable: &Durable, errors: &mut Errors) -> Option<Form> {
    let before = errors.count();
    let is_step = matches!(durable.trigger, Trigger::Call)
        && !typed(durable)
            .first()
            .is_some_and(|first| is_named(&first.ty, "Flow"));
    if let (Some((_, span)), false) = (durable.policy.breaker, is_step) {
        errors.at_span(span, "a breaker leaves alone what a step talks to, and this is a flow; write it at the step that the flow runs");
    }
    let form = match &durable.trigger {
        Trigger::On(route) => {
            handler(durable, route, errors);
            Form::Handler
        }
        Trigger::Every(_) => {
            scheduled(durable, errors);
            Form::Scheduled
        }
        Trigger::Call => called(durable, errors)?,
        Trigger::Unread => return None,
    };
    (errors.count() == before).then_some(form)
}

fn common(durable: &Durable, kind: &str, errors: &mut Errors) {
    let sig = &durable.function.sig;
    signature::check_plain(sig, kind, errors);
    if sig.asyncness.is_none() {
        errors.at(
            &sig.fn_token,
            format_args!(
                "{kind} may wait, so it is `async`; write `async fn {}`",
                sig.ident
            ),
        );
    }
    if let Some(receiver) = sig.receiver() {
        let cure = if durable.noun.is_some() {
            "its own thing is `cx.this()`"
        } else {
            "take what it needs as arguments, and stand outside of an `impl`, or in one marked `#[verbs]`"
        };
        errors.at(
            receiver,
            format_args!("{kind} runs outside of any transaction, so it has no `self`; {cure}"),
        );
    }
    flow_is_own(durable, errors);
    if !matches!(durable.function.body, proc_macro2::TokenTree::Group(_)) {
        errors.at(&durable.function.body, format_args!("{kind} has a body"));
    }
}

/// The arguments with types.
fn typed(durable: &Durable) -> Vec<&PatType> {
    durable
        .function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        })
        .collect()
}

fn handler(durable: &Durable, route: &Route, errors: &mut Errors) {
    const KIND: &str = "an `#[on]` handler";
    common(durable, KIND, errors);
    let (sig, event) = (&durable.function.sig, event_type(&route.pattern));
    let expected = format!(
        "expected: `async fn {}(cx: Flow, event: {event}) -> Result<()>`",
        sig.ident
    );
    returns_nothing(durable, KIND, errors);
    let args = typed(durable);
    if args.len() != 2 {
        let count = args.len();
        errors.at(
            &sig.ident,
            format_args!(
                "{KIND} takes two arguments, but `{}` takes {count}\n{expected}",
                sig.ident
            ),
        );
    } else if first_is_flow(args[0], KIND, &expected, errors) && !fits(&args[1].ty, &route.pattern)
    {
        errors.at(
            &args[1].ty,
            format_args!(
                "a handler of `{}` takes `{event}`, and this is `{}`",
                route.pattern.text(),
                signature::spaced(&args[1].ty)
            ),
        );
    }
    place(durable, route, errors);
}

/// The type of the event, as a person writes it.
fn event_type(pattern: &Pattern) -> String {
    let last = pattern
        .noun()
        .and_then(|noun| noun.segments.last())
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default();
    match pattern {
        Pattern::One { key, .. } => {
            let built_in = key.segments.last().is_some_and(|event| {
                ["created", "updated", "deleted"]
                    .iter()
                    .any(|name| event.ident == name)
            });
            if built_in {
                format!("Event<{last}>")
            } else {
                format!("Event<{last}, ..>")
            }
        }
        Pattern::AllOf(_) => format!("{last}Event"),
        Pattern::Named(_) | Pattern::Any => "AnyEvent".to_owned(),
    }
}

/// Inside an `impl`, the `Flow` is about the noun of the `impl`.
fn flow_is_own(durable: &Durable, errors: &mut Errors) {
    let Some(noun) = durable.noun.as_ref().and_then(|noun| noun.segments.last()) else {
        return;
    };
    let flow = typed(durable)
        .into_iter()
        .next()
        .filter(|first| is_named(&first.ty, "Flow"));
    let Some(flow) = flow.and_then(|first| last_segment(&first.ty)) else {
        return;
    };
    for about in signature::generic_types(flow) {
        if !is_named(about, "Self") && !is_named(about, &noun.ident.to_string()) {
            let noun = &noun.ident;
            errors.at(
                about,
                format_args!("this flow runs in the object of one `{noun}`; write `Flow<{noun}>`"),
            );
        }
    }
}

/// Only what is clearly another pattern's type is wrong here; rustc knows the rest.
fn fits(ty: &Type, pattern: &Pattern) -> bool {
    let Some(name) = last_segment(ty).map(|segment| segment.ident.to_string()) else {
        return false;
    };
    match pattern {
        Pattern::One { noun, .. } => {
            let noun = noun
                .segments
                .last()
                .map(|segment| format!("{}Event", segment.ident));
            name != "AnyEvent" && name != "NounEvent" && Some(name) != noun
        }
        Pattern::AllOf(_) => name != "AnyEvent" && name != "Event",
        Pattern::Named(_) | Pattern::Any => name == "AnyEvent",
    }
}

/// Where a handler runs: in the object that emitted, unless it stands in another noun's `impl`.
fn place(durable: &Durable, route: &Route, errors: &mut Errors) {
    for (option, code) in [("filter", &route.filter), ("to", &route.to)] {
        if let Some(code @ Expr::Lit(_)) = code {
            errors.at(
                code,
                format_args!("`{option}` is a closure, as in `{option} = |event| …`"),
            );
        }
    }
    match (&durable.noun, &route.to) {
        (None, Some(to)) => errors.at(to, "`to` says which instance handles the event, so the handler stands in that noun's `impl`, marked `#[verbs]`"),
        (Some(own), None) => {
            let own = own.segments.last().map(|segment| segment.ident.to_string());
            let emitter = route.pattern.noun().and_then(|noun| noun.segments.last()).map(|segment| segment.ident.to_string());
            if emitter.as_deref() != Some("Self") && emitter != own {
                let own = own.unwrap_or_default();
                errors.at(
                    durable.ident(),
                    format_args!("`{}` is about something else than `{own}`, so say which `{own}` handles it: `#[on({}, to = |event| …)]`\nor move the handler out of the `impl`; it then runs in the object that emitted", route.pattern.text(), route.pattern.text()),
                );
            }
        }
        _ => {}
    }
}

fn scheduled(durable: &Durable, errors: &mut Errors) {
    const KIND: &str = "an `#[every]` function";
    common(durable, KIND, errors);
    let sig = &durable.function.sig;
    let expected = format!("expected: `async fn {}(cx: Flow) -> Result<()>`", sig.ident);
    returns_nothing(durable, KIND, errors);
    let args = typed(durable);
    if let [first] = args.as_slice() {
        first_is_flow(first, KIND, &expected, errors);
    } else {
        errors.at(
            &sig.ident,
            format_args!(
                "{KIND} takes one argument, but `{}` takes {}\n{expected}",
                sig.ident,
                args.len()
            ),
        );
    }
}

fn first_is_flow(first: &PatType, kind: &str, expected: &str, errors: &mut Errors) -> bool {
    let flow = is_named(&first.ty, "Flow");
    if !flow {
        errors.at(
            &first.ty,
            format_args!(
                "{kind} takes a `Flow` as its first argument, and this is `{}`\n{expected}",
                signature::spaced(&first.ty)
            ),
        );
    }
    flow
}

fn returns_nothing(durable: &Durable, kind: &str, errors: &mut Errors) {
    let sig = &durable.function.sig;
    let this = durable.this();
    if let Some(output) = signature::result(sig, kind, this.as_ref(), errors)
        && output.to_string().replace(' ', "") != "()"
    {
        errors.at(
            &output,
            format_args!(
                "nobody takes what {kind} returns; write `-> Result<()>` and end with `Ok(())`"
            ),
        );
    }
}

fn called(durable: &Durable, errors: &mut Errors) -> Option<Form> {
    const KIND: &str = "a `#[durable]` function";
    common(durable, KIND, errors);
    let sig = &durable.function.sig;
    let this = durable.this();
    let mut inputs = sig
        .inputs
        .iter()
        .filter(|input| matches!(input, FnArg::Typed(_)))
        .peekable();
    let is_flow = matches!(inputs.peek(), Some(FnArg::Typed(first)) if is_named(&first.ty, "Flow"));
    if is_flow {
        inputs.next();
    } else if let Some(noun) = &durable.noun {
        let noun = noun
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default();
        errors.at(&sig.ident, format_args!("a step belongs to no noun, so it stands outside the `impl`\nif `{}` is a flow, take `cx: Flow<{noun}>` first", sig.ident));
        return None;
    }
    let inputs: Vec<&FnArg> = inputs.collect();
    if let Some(FnArg::Typed(second)) = inputs
        .iter()
        .find(|input| matches!(input, FnArg::Typed(arg) if is_named(&arg.ty, "Flow")))
    {
        errors.at(
            &second.ty,
            "a function takes one `Flow`, as its first argument",
        );
        return None;
    }
    let args = signature::owned_args(inputs, KIND, this.as_ref(), errors);
    let output = signature::result(sig, KIND, this.as_ref(), errors)?;
    let args = Args { args, output };
    Some(if is_flow {
        Form::Flow(args)
    } else {
        Form::Step(args)
    })
}
