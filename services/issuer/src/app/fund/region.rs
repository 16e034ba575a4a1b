//! Countries by the regions of the UN (M49), for reports on groups that are large enough to say something.

const REGIONS: [(&str, &str); 5] = [
    (
        "Africa",
        "AGO BDI BEN BFA BWA CAF CIV CMR COD COG COM CPV DJI DZA EGY ERI ESH ETH GAB GHA GIN GMB GNB GNQ KEN LBR LBY LSO \
         MAR MDG MLI MOZ MRT MUS MWI MYT NAM NER NGA REU RWA SDN SEN SHN SLE SOM SSD STP SWZ SYC TCD TGO TUN TZA UGA ZAF \
         ZMB ZWE",
    ),
    (
        "Americas",
        "ABW AIA ARG ATG BES BHS BLM BLZ BMU BOL BRA BRB CAN CHL COL CRI CUB CUW CYM DMA DOM ECU FLK GLP GRD GRL GTM GUF \
         GUY HND HTI JAM KNA LCA MAF MEX MSR MTQ NIC PAN PER PRI PRY SLV SPM SUR SXM TCA TTO URY USA VCT VEN VGB VIR",
    ),
    (
        "Asia",
        "AFG ARE ARM AZE BGD BHR BRN BTN CHN CYP GEO HKG IDN IND IRN IRQ ISR JOR JPN KAZ KGZ KHM KOR KWT LAO LBN LKA MAC \
         MDV MMR MNG MYS NPL OMN PAK PHL PRK PSE QAT SAU SGP SYR THA TJK TKM TLS TUR TWN UZB VNM YEM",
    ),
    (
        "Europe",
        "ALA ALB AND AUT BEL BGR BIH BLR CHE CZE DEU DNK ESP EST FIN FRA FRO GBR GGY GIB GRC HRV HUN IMN IRL ISL ITA JEY \
         LIE LTU LUX LVA MCO MDA MKD MLT MNE NLD NOR POL PRT ROU RUS SJM SMR SRB SVK SVN SWE UKR VAT",
    ),
    (
        "Oceania",
        "ASM AUS COK FJI FSM GUM KIR MHL MNP NCL NFK NIU NRU NZL PLW PNG PYF SLB TKL TON TUV VUT WLF WSM",
    ),
];

/// The region of a country by its three letters.
pub(super) fn region(country: &str) -> &'static str {
    let known = REGIONS.iter().find(|(_, codes)| codes.split(' ').any(|code| code == country));
    known.map_or("Elsewhere", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_one_region() {
        let codes: Vec<&str> = REGIONS.iter().flat_map(|(_, codes)| codes.split_whitespace()).collect();
        let mut once = codes.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), codes.len());
        assert!(codes.iter().all(|code| code.len() == 3));
        assert_eq!((region("SDN"), region("CHL"), region("XXX")), ("Africa", "Americas", "Elsewhere"));
    }
}
