use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::slot::Slot;
use ring::digest::{SHA256, SHA384, digest};

use super::TokenError;
use super::place::Place;
use crate::public::{Algorithm, PublicKey};

/// `secp256r1` (RFC 5480, 2.1.1.1) in DER.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// `secp384r1` (RFC 5480, 2.1.1.1) in DER.
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// The curve name `edwards25519` (PKCS #11 3.1, 6.3.5) as a PrintableString in DER.
const ED25519_NAME: &[u8] = b"\x13\x0cedwards25519";
/// The same curve by its identifier (RFC 8410, 3): some tokens know only this form.
const ED25519_OID: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// One session with a token, opened when it is needed and again when it was lost.
pub(super) struct Connection {
    place: Arc<Place>,
    open: Option<Open>,
}

impl Connection {
    pub fn new(place: Arc<Place>) -> Self {
        Self { place, open: None }
    }

    /// Does the work with the session at hand; when session, login or token went away meanwhile, again with a new
    /// session, and at last with the module initialised anew. The work must be harmless to repeat.
    pub fn run<T>(&mut self, work: impl Fn(&Open) -> Result<T, TokenError>) -> Result<T, TokenError> {
        let mut again = [Again::Session, Again::Module].into_iter();
        loop {
            let (failure, generation) = match self.attempt(&work) {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            if !failure.is_lost() {
                return Err(failure);
            }
            match again.next() {
                Some(Again::Session) => {}
                Some(Again::Module) => self.place.module.restart(generation)?,
                None => return Err(failure),
            }
        }
    }

    /// The failure comes with the generation of the module in which it happened.
    fn attempt<T>(&mut self, work: impl Fn(&Open) -> Result<T, TokenError>) -> Result<T, (TokenError, u64)> {
        let module = Arc::clone(&self.place.module);
        let in_use = module.in_use();
        let Some(generation) = *in_use.generation else { return Err((TokenError::Stopped, 0)) };
        let open = match self.open.take() {
            Some(open) if open.generation == generation => open,
            // Its handle may name somebody else's session by now, so it is forgotten and not closed.
            _ => {
                Open::new(&self.place, in_use.pkcs11, generation).map_err(|failure| (failure, generation))?
            }
        };
        match work(&open) {
            Err(failure) if failure.is_lost() => {
                open.close();
                Err((failure, generation))
            }
            done => {
                self.open = Some(open);
                done.map_err(|failure| (failure, generation))
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let in_use = self.place.module.in_use();
        if let Some(open) = self.open.take().filter(|open| Some(open.generation) == *in_use.generation) {
            open.close();
        }
    }
}

enum Again {
    Session,
    Module,
}

/// A session with the user logged in.
pub(super) struct Open {
    place: Arc<Place>,
    session: Session,
    slot: Slot,
    generation: u64,
    /// Private keys by label. Handles of token objects hold as long as the session (PKCS #11 3.1, 5.7).
    handles: RefCell<HashMap<String, ObjectHandle>>,
    /// Public halves that a signature of this session has verified under.
    proven: RefCell<HashMap<String, PublicKey>>,
}

impl Open {
    fn new(place: &Arc<Place>, pkcs11: &Pkcs11, generation: u64) -> Result<Self, TokenError> {
        let slot = place.slot(pkcs11)?;
        // Closed by hand, because a session of an earlier generation must not be.
        let session = pkcs11.open_rw_session_no_drop(slot);
        let session = session.map_err(|source| place.failed("open a session", slot, source))?;
        let (handles, proven) = (RefCell::default(), RefCell::default());
        let open = Self { place: Arc::clone(place), session, slot, generation, handles, proven };
        match place.log_in(&open.session, slot) {
            Ok(()) => Ok(open),
            Err(failure) => {
                open.close();
                Err(failure)
            }
        }
    }

    /// A session that is gone already cannot be closed; nothing follows from that.
    fn close(self) {
        let _ = self.session.close();
    }

    /// Ed25519 over the message, or ECDSA over its SHA-256 (P-256) or SHA-384 (P-384): all come in the form that
    /// software keys give (PKCS #11 3.1, 6.3.1 and 6.3.14).
    ///
    /// The first signature of a session is verified: the public half was read from an object that others may write,
    /// and somebody may have put another key in the place of one that is gone.
    pub fn sign(&self, name: &str, public: &PublicKey, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let key = self.private_key(name)?.ok_or_else(|| self.missing(name))?;
        let signature = match public.algorithm() {
            Algorithm::Ed25519 => {
                let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
                self.session.sign(&pure, key, message)
            }
            Algorithm::P256 => self.session.sign(&Mechanism::Ecdsa, key, digest(&SHA256, message).as_ref()),
            Algorithm::P384 => self.session.sign(&Mechanism::Ecdsa, key, digest(&SHA384, message).as_ref()),
            Algorithm::Bls12381G2 => return Err(self.unsupported(Algorithm::Bls12381G2, Error::NotSupported)),
        };
        let signature = signature.map_err(|source| self.failed("sign", source))?;
        if signature.len() != public.algorithm().signature_length() {
            let (token, key, length) = (self.token(), name.to_owned(), signature.len());
            return Err(TokenError::Signature { token, key, length });
        }
        if self.proven.borrow().get(name) != Some(public) {
            let mismatch = |_| TokenError::Mismatch { token: self.token(), key: name.to_owned() };
            public.verify(message, &signature).map_err(mismatch)?;
            self.proven.borrow_mut().insert(name.to_owned(), *public);
        }
        Ok(signature)
    }

    /// The public half of the private key with that label, if there is such a private key.
    pub fn public_key(&self, name: &str) -> Result<Option<PublicKey>, TokenError> {
        let Some(private) = self.private_key(name)? else { return Ok(None) };
        self.refuse_extractable(name, private)?;
        let unreadable = || TokenError::PublicKey { token: self.token(), key: name.to_owned() };
        let mut beside = vec![Attribute::Class(ObjectClass::PUBLIC_KEY), label(name)];
        if let Some(Attribute::Id(id)) = self.attributes(private, &[AttributeType::Id])?.pop() {
            beside.push(Attribute::Id(id));
        }
        let found = self.find(&beside)?;
        let [public] = found.as_slice() else { return Err(unreadable()) };
        let point = self.attributes(*public, &[AttributeType::EcPoint])?.pop();
        let Some(Attribute::EcPoint(point)) = point else { return Err(unreadable()) };
        from_point(&point).map(Some).ok_or_else(unreadable)
    }

    /// A new key pair. `id` ties its halves together. When this is repeated after a lost answer, the first pair is
    /// found and taken.
    pub fn generate(&self, name: &str, algorithm: Algorithm, id: &[u8]) -> Result<PublicKey, TokenError> {
        if let Some(public) = self.public_key(name)? {
            return Ok(public);
        }
        let (mechanism, curves) = match algorithm {
            Algorithm::Ed25519 => (Mechanism::EccEdwardsKeyPairGen, &[ED25519_NAME, ED25519_OID][..]),
            Algorithm::P256 => (Mechanism::EccKeyPairGen, &[P256][..]),
            Algorithm::P384 => (Mechanism::EccKeyPairGen, &[P384][..]),
            // PKCS #11 3.1 has no pairing-friendly curve and no signature over several messages.
            Algorithm::Bls12381G2 => return Err(self.unsupported(algorithm, Error::NotSupported)),
        };
        let mut made = Err(Error::NotSupported);
        for curve in curves {
            let (public, private) = (public_template(name, id, curve), private_template(name, id));
            made = self.session.generate_key_pair(&mechanism, &public, &private);
            if !made.as_ref().is_err_and(is_about_curve) {
                break;
            }
        }
        match made {
            Ok(_) => self.public_key(name)?.ok_or_else(|| self.missing(name)),
            Err(source) if is_about_algorithm(&source) => Err(self.unsupported(algorithm, source)),
            Err(source) => Err(self.failed("make a key", source)),
        }
    }

    /// Destroys every key object with that label, the private half first. Repeated after a lost answer, it finds less or nothing.
    pub fn destroy(&self, name: &str) -> Result<bool, TokenError> {
        self.handles.borrow_mut().remove(name);
        self.proven.borrow_mut().remove(name);
        let mut any = false;
        for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
            for key in self.find(&[Attribute::Class(class), label(name)])? {
                let destroyed = self.session.destroy_object(key);
                destroyed.map_err(|source| self.failed("destroy a key", source))?;
                any = true;
            }
        }
        Ok(any)
    }

    /// The labels of all private keys.
    pub fn labels(&self) -> Result<Vec<String>, TokenError> {
        let mut labels = Vec::new();
        for key in self.find(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])? {
            if let Some(Attribute::Label(label)) = self.attributes(key, &[AttributeType::Label])?.pop() {
                labels.push(String::from_utf8_lossy(&label).into_owned());
            }
        }
        labels.sort();
        Ok(labels)
    }

    fn private_key(&self, name: &str) -> Result<Option<ObjectHandle>, TokenError> {
        if let Some(key) = self.handles.borrow().get(name) {
            return Ok(Some(*key));
        }
        let found = self.find(&[Attribute::Class(ObjectClass::PRIVATE_KEY), label(name)])?;
        match found.as_slice() {
            [] => Ok(None),
            [key] => {
                self.handles.borrow_mut().insert(name.to_owned(), *key);
                Ok(Some(*key))
            }
            several => Err(TokenError::Ambiguous {
                token: self.token(),
                slot: self.slot.id(),
                key: name.to_owned(),
                count: several.len(),
            }),
        }
    }

    /// A key that can be read out may be anywhere.
    fn refuse_extractable(&self, name: &str, key: ObjectHandle) -> Result<(), TokenError> {
        let kept = self.attributes(key, &[AttributeType::Sensitive, AttributeType::Extractable])?;
        if kept.contains(&Attribute::Sensitive(true)) && kept.contains(&Attribute::Extractable(false)) {
            return Ok(());
        }
        Err(TokenError::Extractable { token: self.token(), key: name.to_owned() })
    }

    fn find(&self, template: &[Attribute]) -> Result<Vec<ObjectHandle>, TokenError> {
        self.session.find_objects(template).map_err(|source| self.failed("look for a key", source))
    }

    fn attributes(&self, of: ObjectHandle, wanted: &[AttributeType]) -> Result<Vec<Attribute>, TokenError> {
        self.session.get_attributes(of, wanted).map_err(|source| self.failed("read about a key", source))
    }

    fn missing(&self, name: &str) -> TokenError {
        TokenError::Missing { token: self.token(), slot: self.slot.id(), key: name.to_owned() }
    }

    fn unsupported(&self, algorithm: Algorithm, source: Error) -> TokenError {
        TokenError::Algorithm { token: self.token(), slot: self.slot.id(), algorithm, source }
    }

    fn failed(&self, doing: &'static str, source: Error) -> TokenError {
        self.place.failed(doing, self.slot, source)
    }

    fn token(&self) -> String {
        self.place.label().to_owned()
    }
}

fn label(name: &str) -> Attribute {
    Attribute::Label(name.as_bytes().to_vec())
}

fn public_template(name: &str, id: &[u8], curve: &[u8]) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::EcParams(curve.to_vec()),
        Attribute::Id(id.to_vec()),
        label(name),
    ]
}

fn private_template(name: &str, id: &[u8]) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Derive(false),
        Attribute::Id(id.to_vec()),
        label(name),
    ]
}

/// `CKA_EC_POINT` is a DER octet string around the point; some tokens leave the wrapping out.
fn from_point(point: &[u8]) -> Option<PublicKey> {
    let bare = match point {
        [0x04, 0x20 | 0x21 | 0x31 | 0x41 | 0x61, bare @ ..] if bare.len() == usize::from(*point.get(1)?) => {
            bare
        }
        bare => bare,
    };
    match bare.len() {
        32 => PublicKey::ed25519(bare.try_into().ok()?).ok(),
        49 | 97 => PublicKey::p384(bare).ok(),
        _ => PublicKey::p256(bare).ok(),
    }
}

fn is_about_curve(error: &Error) -> bool {
    let Error::Pkcs11(code, _) = error else { return false };
    matches!(
        code,
        RvError::AttributeValueInvalid
            | RvError::CurveNotSupported
            | RvError::DomainParamsInvalid
            | RvError::TemplateInconsistent
    )
}

fn is_about_algorithm(error: &Error) -> bool {
    let Error::Pkcs11(code, _) = error else { return false };
    is_about_curve(error) || matches!(code, RvError::FunctionNotSupported | RvError::MechanismInvalid)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_with_and_without_its_wrapping() {
        let p256 = p256::SecretKey::from_slice(&[7; 32]).unwrap().public_key().to_sec1_bytes();
        let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
        let p384 = p384::SecretKey::from_slice(&[7; 48]).unwrap().public_key().to_sec1_bytes();
        for bare in [&p256[..], &p384[..], &ed25519[..]] {
            let length = u8::try_from(bare.len()).unwrap();
            let wrapped = [&[0x04, length], bare].concat();
            let read = from_point(bare);
            assert!(read.is_some());
            assert_eq!(read, from_point(&wrapped));
            assert_eq!(from_point(&wrapped[..wrapped.len() - 1]), None);
        }
        assert_eq!(from_point(&[]), None);
    }
}
