//! The forms of nouns and verbs, word by word.

use dotdo_core::names::{VerbForms, camel, kebab, pascal, plural, singular, snake, table_name};
use proptest::prelude::*;

#[test]
fn compound_names_split_into_words() {
    let cases = [
        ("HTTPServer", "http_server"),
        ("OrderLine", "order_line"),
        ("order-line", "order_line"),
        ("Order", "order"),
        ("API", "api"),
        ("APIKey", "api_key"),
        ("Line2Item", "line2_item"),
        ("parseURL", "parse_url"),
        ("_private__name_", "private_name"),
        ("Größe", "größe"),
        ("", ""),
    ];
    for (name, expected) in cases {
        assert_eq!(snake(name), expected, "{name}");
        assert_eq!(kebab(name), expected.replace('_', "-"), "{name}");
    }
    assert_eq!(pascal("order_line"), "OrderLine");
    assert_eq!(pascal("http-server"), "HttpServer");
    assert_eq!(camel("paid_by"), "paidBy");
}

#[test]
fn plurals() {
    let cases = "
        Customer Customers, Company Companies, Person People, Invoice Invoices, Status Statuses, Child Children,
        Day Days, Box Boxes, Analysis Analyses, Leaf Leaves, Hero Heroes, Sheep Sheep, Series Series, Datum Data,
        Address Addresses, Branch Branches, Dish Dishes, Quiz Quizzes, Key Keys, Reply Replies, Query Queries,
        Colloquy Colloquies, Photo Photos, Video Videos, Potato Potatoes, Radio Radios, Bus Buses, Virus Viruses,
        Campus Campuses, Bonus Bonuses, Alias Aliases, Lens Lenses, Gas Gases, Crisis Crises, Thesis Theses,
        Hypothesis Hypotheses, Diagnosis Diagnoses, Axis Axes, Matrix Matrices, Index Indexes, Vertex Vertices,
        Appendix Appendices, Criterion Criteria, Phenomenon Phenomena, Medium Media, Curriculum Curricula,
        Man Men, Woman Women, Human Humans, Salesman Salesmen, Salesperson Salespeople, Grandchild Grandchildren,
        Mouse Mice, House Houses, Warehouse Warehouses, Foot Feet, Tooth Teeth, Goose Geese, Ox Oxen, Knife Knives,
        Life Lives, Shelf Shelves, Proof Proofs, Chief Chiefs, Roof Roofs, Staff Staff, Tariff Tariffs, Half Halves,
        Case Cases, Purchase Purchases, Course Courses, Response Responses, License Licenses, Expense Expenses,
        Database Databases, Release Releases, Base Bases, Phase Phases, Clause Clauses, Cause Causes, Use Uses,
        Cache Caches, Batch Batches, Niche Niches, Tech Techs, Stomach Stomachs, Match Matches, Movie Movies,
        Cookie Cookies, Category Categories, Calorie Calories, Tie Ties, Shoe Shoes, Price Prices, Service Services,
        Note Notes, Site Sites, Type Types, Tax Taxes, Size Sizes, Prize Prizes, Process Processes, Class Classes,
        News News, Equipment Equipment, Software Software, Species Species, Aircraft Aircraft, Feedback Feedback,
        Boy Boys, Survey Surveys, Delivery Deliveries, Inventory Inventories, Currency Currencies, Echo Echoes,
        Specimen Specimens, Iris Irises, Canvas Canvases, Atlas Atlases, Bias Biases, Radius Radii,
        OrderLine OrderLines, SalesPerson SalesPeople, TaxStatus TaxStatuses, order_status order_statuses,
        API APIs, SKU SKUs, HTTPServer HTTPServers, UserAPI UserAPIs, customer customers, person people
    ";
    for case in cases.split(',') {
        let (one, many) = case.trim().split_once(' ').unwrap();
        assert_eq!(plural(one), many);
        assert_eq!(singular(many), one);
        // A singular stays one.
        assert_eq!(singular(one), one);
    }
    assert_eq!(plural(""), "");
}

#[test]
fn tables() {
    let cases = [
        ("Customer", "customers"),
        ("OrderLine", "order_lines"),
        ("SalesPerson", "sales_people"),
        ("API", "apis"),
        ("HTTPServer", "http_servers"),
    ];
    for (noun, table) in cases {
        assert_eq!(table_name(noun), table);
    }
}

#[test]
fn verbs() {
    // action, activity, event
    let cases = "
        pay paying paid, send sending sent, buy buying bought, sell selling sold, ship shipping shipped,
        submit submitting submitted, cancel cancelling cancelled, make making made, write writing written,
        begin beginning begun, put putting put, set setting set, cut cutting cut, hold holding held,
        leave leaving left, meet meeting met, quit quitting quit, win winning won, lose losing lost, give giving given,
        take taking taken, go going gone, do doing done, run running run, get getting got, split splitting split,
        withdraw withdrawing withdrawn, forget forgetting forgotten, choose choosing chosen, pick picking picked,
        be being been, see seeing seen, freeze freezing frozen, unfreeze unfreezing unfrozen, read reading read,
        resend resending resent, rewrite rewriting rewritten, overwrite overwriting overwritten, undo undoing undone,
        rebuild rebuilding rebuilt, reset resetting reset, rerun rerunning rerun, override overriding overridden,
        understand understanding understood, broadcast broadcasting broadcast, upload uploading uploaded,
        stop stopping stopped, plan planning planned, refer referring referred, prefer preferring preferred,
        transfer transferring transferred, offer offering offered, visit visiting visited, edit editing edited,
        deliver delivering delivered, order ordering ordered, register registering registered, enter entering entered,
        credit crediting credited, audit auditing audited, debit debiting debited, limit limiting limited,
        open opening opened, happen happening happened, develop developing developed, permit permitting permitted,
        commit committing committed, admit admitting admitted, occur occurring occurred, equip equipping equipped,
        travel travelling travelled, label labelling labelled, total totalling totalled, control controlling controlled,
        fulfil fulfilling fulfilled, fulfill fulfilling fulfilled, enrol enrolling enrolled, fuel fuelling fuelled,
        fail failing failed, reveal revealing revealed, deal dealing dealt, appeal appealing appealed,
        create creating created, update updating updated, delete deleting deleted, approve approving approved,
        archive archiving archived, agree agreeing agreed, free freeing freed, tie tying tied, die dying died,
        dye dyeing dyed, queue queuing queued, issue issuing issued, charge charging charged, singe singeing singed,
        copy copying copied, deny denying denied, verify verifying verified, deploy deploying deployed,
        relay relaying relayed, play playing played, survey surveying surveyed, try trying tried, apply applying applied,
        fix fixing fixed, tax taxing taxed, show showing shown, draw drawing drawn, review reviewing reviewed,
        follow following followed, panic panicking panicked, mimic mimicking mimicked, sync syncing synced,
        log logging logged, tag tagging tagged, drop dropping dropped, scan scanning scanned, ban banning banned,
        unban unbanning unbanned, unsubscribe unsubscribing unsubscribed, debug debugging debugged,
        format formatting formatted, veto vetoing vetoed, echo echoing echoed, pack packing packed, act acting acted,
        add adding added, ask asking asked, book booking booked, load loading loaded, close closing closed,
        refund refunding refunded, return returning returned, reject rejecting rejected, suspend suspending suspended,
        renew renewing renewed, settle settling settled, receive receiving received, repay repaying repaid,
        prepay prepaying prepaid, hide hiding hidden, break breaking broken, find finding found, keep keeping kept,
        teach teaching taught, catch catching caught, lend lending lent, bid bidding bid, outbid outbidding outbid
    ";
    for case in cases.split(',') {
        let forms: Vec<&str> = case.split_whitespace().collect();
        let made = VerbForms::of(forms[0]);
        assert_eq!(
            [&made.action, &made.activity, &made.event].map(String::as_str)[..],
            forms[..]
        );
        assert_eq!(made.reverse, format!("{}By", forms[2]));
    }
}

#[test]
fn verbs_of_several_words_conjugate_the_first() {
    let cases = [
        ("sign_up", "signing_up", "signed_up", "signedUpBy"),
        ("check_in", "checking_in", "checked_in", "checkedInBy"),
        (
            "place_order",
            "placing_order",
            "placed_order",
            "placedOrderBy",
        ),
        ("mark_paid", "marking_paid", "marked_paid", "markedPaidBy"),
        (
            "send_to_bank",
            "sending_to_bank",
            "sent_to_bank",
            "sentToBankBy",
        ),
        ("_odd", "_odded", "_odded", "oddedBy"),
    ];
    for (action, activity, event, reverse) in cases {
        let forms = VerbForms::of(action);
        assert_eq!(forms.event, event);
        assert_eq!(forms.reverse, reverse);
        if !action.starts_with('_') {
            assert_eq!(forms.activity, activity);
        }
    }
}

proptest! {
    #[test]
    fn no_name_panics(name in "\\PC{0,12}|[a-zA-Z_0-9]{0,16}") {
        let _ = (snake(&name), pascal(&name), kebab(&name), plural(&name), singular(&name), table_name(&name));
        let _ = VerbForms::of(&name);
    }

    #[test]
    fn names_are_fixed_points(name in "[a-zA-Z_0-9]{0,16}") {
        prop_assert_eq!(snake(&snake(&name)), snake(&name));
        prop_assert_eq!(snake(&kebab(&name)), snake(&name));
    }
}
