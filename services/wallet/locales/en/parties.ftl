# Who the other side is, and how well that is known.

party-proven = Name proven by the registry
party-certified = Named by an authority
party-unproven = Not proven by the registry
party-offers = Offered from { $host }
party-asks = Asking from { $host }
party-certified-why = It is not in the registry: an authority that this wallet trusts says who it is.
party-unproven-why = We know the address only, not who is behind it. Go on only if you expected this.
