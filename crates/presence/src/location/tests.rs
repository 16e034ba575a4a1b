#![allow(clippy::unwrap_used)]

use super::*;

fn compare(latitude: f64, longitude: f64, declared: &str) -> Finding {
    let policy = BoundaryPolicy::new(Boundaries::embedded().unwrap(), 0.0);
    policy.compare(Point::rounded(latitude, longitude).unwrap(), declared)
}

#[test]
fn capitals_lie_in_their_countries() {
    let boundaries = Boundaries::embedded().unwrap();
    let capitals = [
        (41.9, 12.5, "ITA"),
        (48.86, 2.35, "FRA"),
        (-1.29, 36.82, "KEN"),
        (-33.45, -70.67, "CHL"),
        (55.75, 37.62, "RUS"),
        (38.9, -77.04, "USA"),
        (-29.31, 27.48, "LSO"),
        (-18.14, 178.44, "FJI"),
        (46.2, 6.15, "CHE"),
        (9.03, 38.74, "ETH"),
        (1.35, 103.8, "SGP"),
    ];
    for (latitude, longitude, country) in capitals {
        let point = Point::rounded(latitude, longitude).unwrap();
        assert_eq!(boundaries.country(point), Some(country));
    }
}

#[test]
fn hole_in_a_country_is_not_that_country() {
    // Lesotho within South Africa, San Marino within Italy.
    assert_eq!(compare(-29.5, 28.3, "LSO"), Finding::Inside);
    assert_eq!(compare(-29.5, 28.3, "ZAF"), Finding::Elsewhere { country: "LSO".into() });
}

#[test]
fn border_town_counts_for_both_sides_and_a_far_one_does_not() {
    // Geneva lies a few kilometres from France and 200 from Italy's coast.
    assert_eq!(compare(46.2, 6.15, "CHE"), Finding::Inside);
    assert_eq!(compare(46.2, 6.15, "FRA"), Finding::AtTheBorder);
    assert_eq!(compare(46.2, 6.15, "DEU"), Finding::Elsewhere { country: "CHE".into() });
}

#[test]
fn coast_counts_and_the_open_sea_is_no_country() {
    assert_eq!(compare(43.2, 5.3, "FRA"), Finding::AtTheBorder);
    assert_eq!(compare(-40.0, -130.0, "FRA"), Finding::NoCountry);
}

#[test]
fn unknown_country_is_never_near() {
    assert_eq!(compare(46.2, 6.15, "XXX"), Finding::Elsewhere { country: "CHE".into() });
}

#[test]
fn null_island_and_places_off_the_earth_are_refused() {
    assert_eq!(Point::rounded(0.0, 0.0), Err(PointFault::NullIsland));
    assert_eq!(Point::rounded(-0.04, 0.04), Err(PointFault::NullIsland));
    assert!(Point::rounded(0.3, 9.4).is_ok(), "Libreville lies on the equator");
    for (latitude, longitude) in
        [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)]
    {
        assert_eq!(Point::rounded(latitude, longitude), Err(PointFault::OutOfRange));
    }
}

#[test]
fn nothing_finer_than_a_tenth_of_a_degree_stays() {
    assert_eq!(Point::rounded(46.204_39, 6.143_16), Point::rounded(46.2, 6.1));
    assert_eq!(format!("{:?}", Point::rounded(46.2, 6.1).unwrap()), "Point(..)");
}

#[test]
fn accuracy_becomes_a_class() {
    assert_eq!(Accuracy::of_metres(30.0), Ok(Accuracy::Within1Km));
    assert_eq!(Accuracy::of_metres(9_000.0), Ok(Accuracy::Within10Km));
    assert_eq!(Accuracy::of_metres(20_000.0), Ok(Accuracy::Coarser));
    for wrong in [60_000.0, -1.0, f64::NAN] {
        assert_eq!(Accuracy::of_metres(wrong), Err(PointFault::TooCoarse));
    }
}
