//! Borsh for everything the engine sends or logs. Each message has a twin here with plain fields.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use malachite::app::consensus::LivenessMsg;
use malachite::app::streaming::{StreamContent, StreamId, StreamMessage};
use malachite::app::types::codec::{Codec, HasEncodedLen};
use malachite::app::types::core::{
    CommitCertificate, ExtendedCommitCertificate, ExtendedCommitSignature, NilOrVal, PolkaCertificate,
    PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature, SignedExtension,
    SignedMessage, SignedVote, ValidatorProof, Validity, VoteType,
};
use malachite::app::types::sync::{RawDecidedValue, Request, Response, Status};
use malachite::app::types::{PeerId, ProposedValue, SignedConsensusMsg};
use malachite_signing_ed25519::Signature;
use malachite_sync::{ValueRequest, ValueResponse};
use registry_types::{Certificate, CommitSignature};

use super::context::{
    Address, HeaderHash, Height, Part, Proposal, RegistryContext, Vote, round, round_number,
};

#[derive(Clone, Copy, Debug)]
pub struct BorshCodec;

type Decoded<T> = Result<T, io::Error>;
type SignatureBytes = [u8; 64];
type Extension = Option<(Vec<u8>, SignatureBytes)>;

fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Decoded<T> {
    T::try_from_slice(bytes)
}

fn encode<T: BorshSerialize>(value: &T) -> Decoded<Bytes> {
    borsh::to_vec(value).map(Bytes::from)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Our own certificate, as it is stored, proven and carried in the next block.
pub fn certificate_of(certificate: &CommitCertificate<RegistryContext>) -> Certificate {
    let signatures = certificate.commit_signatures.iter().map(|commit| CommitSignature {
        validator: commit.address.0,
        signature: commit.signature.to_bytes(),
    });
    Certificate {
        height: certificate.height.0,
        // A decision is never made in the nil round.
        round: round_number(certificate.round).unwrap_or(0),
        header_hash: certificate.value_id.0,
        signatures: signatures.collect(),
    }
}

/// The engine's form of it. Votes carry no extensions here.
pub fn extended(certificate: &Certificate) -> ExtendedCommitCertificate<RegistryContext> {
    let signatures = certificate.signatures.iter().map(|commit| {
        ExtendedCommitSignature::new(Address(commit.validator), Signature::from_bytes(commit.signature), None)
    });
    ExtendedCommitCertificate {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        value_id: HeaderHash(certificate.header_hash),
        commit_signatures: signatures.collect(),
    }
}

fn extension_out(extension: &SignedExtension<RegistryContext>) -> (Vec<u8>, SignatureBytes) {
    (extension.message.to_vec(), extension.signature.to_bytes())
}

fn extension_in((message, signature): (Vec<u8>, SignatureBytes)) -> SignedExtension<RegistryContext> {
    SignedMessage::new(Bytes::from(message), Signature::from_bytes(signature))
}

fn value_out(value: &NilOrVal<HeaderHash>) -> Option<HeaderHash> {
    match value {
        NilOrVal::Nil => None,
        NilOrVal::Val(hash) => Some(*hash),
    }
}

fn value_in(value: Option<HeaderHash>) -> NilOrVal<HeaderHash> {
    value.map_or(NilOrVal::Nil, NilOrVal::Val)
}

fn kind_out(kind: VoteType) -> u8 {
    match kind {
        VoteType::Prevote => 1,
        VoteType::Precommit => 2,
    }
}

fn kind_in(kind: u8) -> Decoded<VoteType> {
    match kind {
        1 => Ok(VoteType::Prevote),
        2 => Ok(VoteType::Precommit),
        _ => Err(malformed("vote type")),
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireVote {
    kind: u8,
    height: Height,
    round: Option<u32>,
    value: Option<HeaderHash>,
    voter: Address,
    extension: Extension,
    signature: SignatureBytes,
}

impl WireVote {
    fn of(vote: &SignedVote<RegistryContext>) -> Self {
        let Vote { kind, height, round, value, voter, extension } = &vote.message;
        Self {
            kind: kind_out(*kind),
            height: *height,
            round: round_number(*round),
            value: value_out(value),
            voter: *voter,
            extension: extension.as_ref().map(extension_out),
            signature: vote.signature.to_bytes(),
        }
    }

    fn into_signed(self) -> Decoded<SignedVote<RegistryContext>> {
        let vote = Vote {
            kind: kind_in(self.kind)?,
            height: self.height,
            round: round(self.round),
            value: value_in(self.value),
            voter: self.voter,
            extension: self.extension.map(extension_in),
        };
        Ok(SignedMessage::new(vote, Signature::from_bytes(self.signature)))
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireProposal {
    height: Height,
    round: Option<u32>,
    value: HeaderHash,
    valid_round: Option<u32>,
    proposer: Address,
    signature: SignatureBytes,
}

#[derive(BorshSerialize, BorshDeserialize)]
enum WireConsensus {
    Vote(WireVote),
    Proposal(WireProposal),
}

impl Codec<SignedConsensusMsg<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<SignedConsensusMsg<RegistryContext>> {
        Ok(match decode(&bytes)? {
            WireConsensus::Vote(vote) => SignedConsensusMsg::Vote(vote.into_signed()?),
            WireConsensus::Proposal(wire) => {
                let proposal = Proposal {
                    height: wire.height,
                    round: round(wire.round),
                    value: wire.value,
                    valid_round: round(wire.valid_round),
                    proposer: wire.proposer,
                };
                SignedConsensusMsg::Proposal(SignedMessage::new(
                    proposal,
                    Signature::from_bytes(wire.signature),
                ))
            }
        })
    }

    fn encode(&self, message: &SignedConsensusMsg<RegistryContext>) -> Decoded<Bytes> {
        encode(&match message {
            SignedConsensusMsg::Vote(vote) => WireConsensus::Vote(WireVote::of(vote)),
            SignedConsensusMsg::Proposal(signed) => {
                let proposal = &signed.message;
                WireConsensus::Proposal(WireProposal {
                    height: proposal.height,
                    round: round_number(proposal.round),
                    value: proposal.value,
                    valid_round: round_number(proposal.valid_round),
                    proposer: proposal.proposer,
                    signature: signed.signature.to_bytes(),
                })
            }
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WirePolka {
    height: Height,
    round: Option<u32>,
    value: HeaderHash,
    signatures: Vec<(Address, SignatureBytes)>,
}

impl WirePolka {
    fn of(polka: &PolkaCertificate<RegistryContext>) -> Self {
        let signatures =
            polka.polka_signatures.iter().map(|polka| (polka.address, polka.signature.to_bytes()));
        Self {
            height: polka.height,
            round: round_number(polka.round),
            value: polka.value_id,
            signatures: signatures.collect(),
        }
    }

    fn into_certificate(self) -> PolkaCertificate<RegistryContext> {
        let signatures = self.signatures.into_iter();
        PolkaCertificate {
            height: self.height,
            round: round(self.round),
            value_id: self.value,
            polka_signatures: signatures
                .map(|(address, signature)| PolkaSignature::new(address, Signature::from_bytes(signature)))
                .collect(),
        }
    }
}

impl Codec<PolkaCertificate<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<PolkaCertificate<RegistryContext>> {
        decode(&bytes).map(WirePolka::into_certificate)
    }

    fn encode(&self, polka: &PolkaCertificate<RegistryContext>) -> Decoded<Bytes> {
        encode(&WirePolka::of(polka))
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireRound {
    height: Height,
    round: Option<u32>,
    skip: bool,
    signatures: Vec<(u8, Option<HeaderHash>, Address, SignatureBytes)>,
}

impl WireRound {
    fn of(certificate: &RoundCertificate<RegistryContext>) -> Self {
        let signatures = certificate.round_signatures.iter().map(|vote| {
            (kind_out(vote.vote_type), value_out(&vote.value_id), vote.address, vote.signature.to_bytes())
        });
        Self {
            height: certificate.height,
            round: round_number(certificate.round),
            skip: matches!(certificate.cert_type, RoundCertificateType::Skip),
            signatures: signatures.collect(),
        }
    }

    fn into_certificate(self) -> Decoded<RoundCertificate<RegistryContext>> {
        let signatures = self.signatures.into_iter().map(|(kind, value, address, signature)| {
            let signature = Signature::from_bytes(signature);
            Ok(RoundSignature::new(kind_in(kind)?, value_in(value), address, signature))
        });
        Ok(RoundCertificate {
            height: self.height,
            round: round(self.round),
            cert_type: if self.skip { RoundCertificateType::Skip } else { RoundCertificateType::Precommit },
            round_signatures: signatures.collect::<Decoded<_>>()?,
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
enum WireLiveness {
    Vote(WireVote),
    Polka(WirePolka),
    Round(WireRound),
}

impl Codec<LivenessMsg<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<LivenessMsg<RegistryContext>> {
        Ok(match decode(&bytes)? {
            WireLiveness::Vote(vote) => LivenessMsg::Vote(vote.into_signed()?),
            WireLiveness::Polka(polka) => LivenessMsg::PolkaCertificate(polka.into_certificate()),
            WireLiveness::Round(round) => LivenessMsg::SkipRoundCertificate(round.into_certificate()?),
        })
    }

    fn encode(&self, message: &LivenessMsg<RegistryContext>) -> Decoded<Bytes> {
        encode(&match message {
            LivenessMsg::Vote(vote) => WireLiveness::Vote(WireVote::of(vote)),
            LivenessMsg::PolkaCertificate(polka) => WireLiveness::Polka(WirePolka::of(polka)),
            LivenessMsg::SkipRoundCertificate(round) => WireLiveness::Round(WireRound::of(round)),
        })
    }
}

impl Codec<Part> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<Part> {
        decode(&bytes)
    }

    fn encode(&self, part: &Part) -> Decoded<Bytes> {
        encode(part)
    }
}

impl Codec<StreamMessage<Part>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<StreamMessage<Part>> {
        let (id, sequence, part): (Vec<u8>, u64, Option<Part>) = decode(&bytes)?;
        let content = part.map_or(StreamContent::Fin, StreamContent::Data);
        Ok(StreamMessage::new(StreamId::new(id.into()), sequence, content))
    }

    fn encode(&self, message: &StreamMessage<Part>) -> Decoded<Bytes> {
        #[cfg(feature = "misbehave")]
        if let Some(raw) = super::misbehave::raw(message) {
            return Ok(raw);
        }
        encode(&(message.stream_id.to_bytes().to_vec(), message.sequence, message.content.as_data()))
    }
}

impl Codec<ValidatorProof<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<ValidatorProof<RegistryContext>> {
        let (public_key, peer, signature): (Vec<u8>, Vec<u8>, SignatureBytes) = decode(&bytes)?;
        Ok(ValidatorProof::new(public_key, peer, Signature::from_bytes(signature)))
    }

    fn encode(&self, proof: &ValidatorProof<RegistryContext>) -> Decoded<Bytes> {
        encode(&(&proof.public_key, &proof.peer_id, proof.signature.to_bytes()))
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireProposedValue {
    height: Height,
    round: Option<u32>,
    valid_round: Option<u32>,
    proposer: Address,
    value: HeaderHash,
    valid: bool,
}

impl Codec<ProposedValue<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<ProposedValue<RegistryContext>> {
        let wire: WireProposedValue = decode(&bytes)?;
        Ok(ProposedValue {
            height: wire.height,
            round: round(wire.round),
            valid_round: round(wire.valid_round),
            proposer: wire.proposer,
            value: wire.value,
            validity: Validity::from_bool(wire.valid),
        })
    }

    fn encode(&self, value: &ProposedValue<RegistryContext>) -> Decoded<Bytes> {
        encode(&WireProposedValue {
            height: value.height,
            round: round_number(value.round),
            valid_round: round_number(value.valid_round),
            proposer: value.proposer,
            value: value.value,
            valid: value.validity.is_valid(),
        })
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct WireCommit {
    height: Height,
    round: Option<u32>,
    value: HeaderHash,
    signatures: Vec<(Address, SignatureBytes, Extension)>,
}

impl WireCommit {
    fn of(certificate: &ExtendedCommitCertificate<RegistryContext>) -> Self {
        let signatures = certificate.commit_signatures.iter().map(|commit| {
            (commit.address, commit.signature.to_bytes(), commit.extension.as_ref().map(extension_out))
        });
        Self {
            height: certificate.height,
            round: round_number(certificate.round),
            value: certificate.value_id,
            signatures: signatures.collect(),
        }
    }

    fn into_certificate(self) -> ExtendedCommitCertificate<RegistryContext> {
        let signatures = self.signatures.into_iter().map(|(address, signature, extension)| {
            let signature = Signature::from_bytes(signature);
            ExtendedCommitSignature::new(address, signature, extension.map(extension_in))
        });
        ExtendedCommitCertificate {
            height: self.height,
            round: round(self.round),
            value_id: self.value,
            commit_signatures: signatures.collect(),
        }
    }
}

impl Codec<Status<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<Status<RegistryContext>> {
        let (peer, tip_height, history_min_height): (Vec<u8>, Height, Height) = decode(&bytes)?;
        let peer_id = PeerId::from_bytes(&peer).map_err(|_| malformed("peer id"))?;
        Ok(Status { peer_id, tip_height, history_min_height })
    }

    fn encode(&self, status: &Status<RegistryContext>) -> Decoded<Bytes> {
        encode(&(status.peer_id.to_bytes(), status.tip_height, status.history_min_height))
    }
}

impl Codec<Request<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<Request<RegistryContext>> {
        let (from, to): (Height, Height) = decode(&bytes)?;
        Ok(Request::ValueRequest(ValueRequest::new(from..=to)))
    }

    fn encode(&self, request: &Request<RegistryContext>) -> Decoded<Bytes> {
        let Request::ValueRequest(values) = request;
        encode(&(*values.range.start(), *values.range.end()))
    }
}

impl Codec<Response<RegistryContext>> for BorshCodec {
    type Error = io::Error;

    fn decode(&self, bytes: Bytes) -> Decoded<Response<RegistryContext>> {
        let (start, values): (Height, Vec<(Vec<u8>, WireCommit)>) = decode(&bytes)?;
        let values = values
            .into_iter()
            .map(|(bytes, commit)| RawDecidedValue::new(bytes.into(), commit.into_certificate()));
        Ok(Response::ValueResponse(ValueResponse::new(start, values.collect())))
    }

    fn encode(&self, response: &Response<RegistryContext>) -> Decoded<Bytes> {
        let Response::ValueResponse(values) = response;
        let wire: Vec<_> = values
            .values
            .iter()
            .map(|value| (value.value_bytes.to_vec(), WireCommit::of(&value.certificate)))
            .collect();
        encode(&(values.start_height, wire))
    }
}

impl HasEncodedLen<Response<RegistryContext>> for BorshCodec {
    fn encoded_len(&self, response: &Response<RegistryContext>) -> Decoded<usize> {
        Codec::encode(self, response).map(|bytes| bytes.len())
    }
}
