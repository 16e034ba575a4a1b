/// The explanation behind one problem type: `/problems/{slug}`.
#[derive(Clone, Copy, Debug)]
pub struct ProblemPage {
    pub slug: &'static str,
    pub title: &'static str,
    /// What it means and what to do, in one or two sentences.
    pub text: &'static str,
}

/// A service's own problem types: put it into the app data and each gets its page beside ours.
#[derive(Clone, Copy, Debug)]
pub struct ProblemPages(pub &'static [ProblemPage]);

impl ProblemPages {
    /// The page of a slug.
    #[must_use]
    pub fn find(self, slug: &str) -> Option<&'static ProblemPage> {
        self.0.iter().find(|page| page.slug == slug)
    }
}

const fn page(slug: &'static str, title: &'static str, text: &'static str) -> ProblemPage {
    ProblemPage { slug, title, text }
}

pub(crate) const OURS: ProblemPages = ProblemPages(&[
    page(
        "bad-request",
        "The request cannot be understood",
        "A parameter, header or member is missing or malformed. The detail of the answer names it; correct it and send the request again.",
    ),
    page(
        "unauthorized",
        "You are not signed in",
        "The request needs a signed-in person or a valid access token. Sign in, or ask for a new token, and repeat it.",
    ),
    page(
        "forbidden",
        "You may not do this",
        "You are known, but your role or scope does not include this operation. An administrator of your organisation can grant it.",
    ),
    page(
        "cross-site",
        "Another site sent this request",
        "A page of another site tried to act in your name, or your browser could not say where the request came from. Nothing was done. Open the page itself and try again from there.",
    ),
    page(
        "not-found",
        "There is nothing here",
        "The address is unknown, the thing it named is gone, or it belongs to somebody else; we do not tell these apart.",
    ),
    page(
        "method-not-allowed",
        "This address does not take that method",
        "The address exists, but not for this HTTP method. The API documentation lists which it takes.",
    ),
    page(
        "conflict",
        "This does not fit the present state",
        "Somebody or something changed it in the meantime, or the step was already taken. Look at the present state and decide again.",
    ),
    page(
        "too-large",
        "The body is too large",
        "The request body exceeds the limit that the detail names. Send less, or in parts.",
    ),
    page(
        "unsupported-media-type",
        "The body has the wrong media type",
        "Send JSON with Content-Type application/json (or a +json type) and without content encoding.",
    ),
    page(
        "json-syntax",
        "The body is not JSON",
        "The body ends early or breaks the grammar of RFC 8259 at the place that the detail names.",
    ),
    page(
        "json-shape",
        "The JSON has another shape than expected",
        "It is well-formed, but a member is missing, unknown or of the wrong type. The API documentation shows the shape.",
    ),
    page(
        "json-too-deep",
        "The JSON is nested too deeply",
        "Objects and arrays may be nested 32 levels deep. Flatten the document.",
    ),
    page(
        "json-duplicate-member",
        "The JSON names a member twice",
        "RFC 8259 leaves the meaning of duplicate names open, so two readers could see two different documents. Send each name once.",
    ),
    page(
        "internal",
        "Something went wrong on our side",
        "It has been recorded together with the request id in the header X-Request-Id. Trying again is safe.",
    ),
    page(
        "unavailable",
        "This is not possible at the moment",
        "A part that this service depends on does not answer. Try again in a little while.",
    ),
]);
