//! Who may come in: the access token, and no pages of other sites.

use super::live;
use super::message::HttpRequest;
use super::problem::{Outcome, Problem};
use crate::error::ErrorKind;

/// Who acts when somebody comes in through this door.
pub(super) const ACTOR: &str = "door";

/// The longest name of an actor, in characters.
const MAX_ACTOR: usize = 200;

/// Who acts, where the client says so: `Actor: ann@shop.example` is a human, `Actor: Agent/claude` says it itself.
///
/// Whoever may come in is believed: a client with the token speaks for the people it has signed in.
pub(super) fn actor(request: &HttpRequest) -> Outcome<Option<String>> {
    let mut given = request.values("actor").map(str::trim);
    let Some(name) = given.next() else {
        return Ok(None);
    };
    let wrong = |message: String| Err(Problem::field("Actor", message));
    if given.next().is_some() {
        return wrong("stands twice; send one name".to_owned());
    }
    let (kind, own) = name.split_once('/').unwrap_or(("Human", name));
    if own.is_empty() || name.chars().count() > MAX_ACTOR || name.chars().any(char::is_control) {
        return wrong(format!(
            "has 1 to {MAX_ACTOR} characters, such as `ann@shop.example`"
        ));
    }
    if !matches!(kind, "Human" | "Agent" | "App" | "Worker" | "Business") {
        return wrong(format!(
            "`{kind}` is no kind of actor; there are Human, Agent, App, Worker, Business, and a name without a kind is a human"
        ));
    }
    Ok(Some(crate::people::actor(name)))
}

/// Checks the access token, where one is needed.
pub(super) fn check_token(wanted: Option<&str>, request: &HttpRequest) -> Outcome<()> {
    let Some(wanted) = wanted else { return Ok(()) };
    let refusal = |detail: &str, challenge: &str| {
        Err(Problem::of(ErrorKind::Unauthorized, detail).with("www-authenticate", challenge))
    };
    let given = request.header("authorization").map(|value| {
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        (scheme, token.trim())
    });
    let given = given.or_else(|| live::token(request).map(|token| ("bearer", token)));
    match given {
        None => refusal(
            "an access token is needed; send it as `Authorization: Bearer …`",
            "Bearer",
        ),
        Some((scheme, _)) if !scheme.eq_ignore_ascii_case("bearer") => refusal(
            "the access token must be sent as `Authorization: Bearer …`",
            "Bearer",
        ),
        Some((_, token)) if same(token.as_bytes(), wanted.as_bytes()) => Ok(()),
        Some(_) => refusal(
            "the access token is not the right one",
            r#"Bearer error="invalid_token""#,
        ),
    }
}

/// Whether two tokens are the same, in a time that does not tell how much of them is.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    let mut difference = u8::from(given.len() != wanted.len());
    for (at, byte) in given.iter().enumerate() {
        let other = wanted.get(at).copied().unwrap_or(0);
        difference |= std::hint::black_box(byte ^ other);
    }
    difference == 0
}

/// Refuses a change that the page of another site asks for.
///
/// A browser sends such a request without asking first if it looks like a form, and a business under development
/// listens on the same machine as the browser and wants no token.
pub(super) fn check_site(request: &HttpRequest) -> Outcome<()> {
    let is_foreign = request
        .header("sec-fetch-site")
        .is_some_and(|site| matches!(site, "cross-site" | "same-site"));
    let changes = !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    if is_foreign && changes {
        return Err(Problem::cross_site(format_args!(
            "a browser sent this for a page of another site; serve the page from this host, or call {} from a server",
            request.path
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(authorization: &str) -> Outcome<()> {
        let request = HttpRequest::new("GET", "/").with("authorization", authorization);
        check_token(Some("s3cret"), &request)
    }

    #[test]
    fn only_the_right_token_opens() {
        assert!(given("Bearer s3cret").is_ok());
        assert!(given("bearer  s3cret").is_ok());
        for wrong in [
            "Bearer s3cre",
            "Bearer s3crets",
            "Bearer ",
            "Bearer",
            "Basic s3cret",
            "",
            "s3cret",
        ] {
            let problem = given(wrong).unwrap_err();
            assert_eq!(problem.status(), 401, "{wrong}");
            let response = problem.response("", "/");
            assert!(
                response
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Bearer")
            );
        }
        assert!(check_token(None, &HttpRequest::new("GET", "/")).is_ok());
        assert!(check_token(Some("s3cret"), &HttpRequest::new("GET", "/")).is_err());
    }

    #[test]
    fn an_actor_is_a_human_unless_it_says_otherwise() {
        let given = |name: &str| actor(&HttpRequest::new("GET", "/").with("actor", name));
        assert_eq!(
            given("ann@shop.example").unwrap().unwrap(),
            "Human/ann@shop.example"
        );
        assert_eq!(given("Agent/claude").unwrap().unwrap(), "Agent/claude");
        assert_eq!(actor(&HttpRequest::new("GET", "/")).unwrap(), None);
        for wrong in ["", " ", "Human/", "Flow/pay", "a\u{7}b", &"x".repeat(201)] {
            assert_eq!(given(wrong).unwrap_err().status(), 422, "{wrong}");
        }
        let twice = HttpRequest::new("GET", "/")
            .with("actor", "a")
            .with("actor", "b");
        assert!(actor(&twice).is_err());
    }

    #[test]
    fn a_foreign_page_may_read_but_not_change() {
        let from = |method: &str, site: &str| {
            check_site(&HttpRequest::new(method, "/").with("sec-fetch-site", site))
        };
        assert!(from("GET", "cross-site").is_ok());
        assert!(from("POST", "same-origin").is_ok());
        assert!(from("POST", "none").is_ok());
        assert_eq!(from("POST", "cross-site").unwrap_err().status(), 403);
    }
}
