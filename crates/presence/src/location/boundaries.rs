//! The countries of Natural Earth (1:50 million), inside the program.
//!
//! The file is TopoJSON from npm `world-atlas` 2.0.2. Its borders are the ones in effect, as Natural Earth draws them;
//! areas without an ISO code (five of 241) belong to no country here.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::point::Point;

const FILE: &[u8] = include_bytes!("../../boundaries/countries-50m.json");
const SHA256: &str = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394";
const KM_A_DEGREE: f64 = 111.32;

/// Every country's outline.
pub struct Boundaries(Vec<Country>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundariesFault {
    #[error("the boundary set is not the one this software was tested with")]
    Digest,
    #[error("the boundary set does not parse")]
    Syntax,
}

struct Country {
    /// ISO 3166-1 alpha-3.
    code: &'static str,
    /// Outer rings and holes alike: whether a point is inside is a question of how many edges lie west of it.
    rings: Vec<Ring>,
}

struct Ring {
    points: Vec<[f64; 2]>,
    /// West, south, east, north.
    bounds: [f64; 4],
}

impl Boundaries {
    pub fn embedded() -> Result<Self, BoundariesFault> {
        let digest: String = Sha256::digest(FILE).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != SHA256 {
            return Err(BoundariesFault::Digest);
        }
        let topology: Topology = serde_json::from_slice(FILE).map_err(|_| BoundariesFault::Syntax)?;
        topology.countries().map(Self)
    }

    /// The country a point lies in.
    #[must_use]
    pub fn country(&self, point: Point) -> Option<&'static str> {
        self.0.iter().find(|country| country.contains(point)).map(|country| country.code)
    }

    /// Whether a point lies in a country or no further than this from its border or coast.
    #[must_use]
    pub fn is_near(&self, point: Point, code: &str, km: f64) -> bool {
        let country = self.0.iter().find(|country| country.code == code);
        country.is_some_and(|country| country.contains(point) || country.distance_km(point, km) <= km)
    }
}

impl Country {
    fn contains(&self, point: Point) -> bool {
        self.rings.iter().filter(|ring| ring.contains(point)).count() % 2 == 1
    }

    /// The distance to the outline, as far as it is within `km`.
    fn distance_km(&self, point: Point, km: f64) -> f64 {
        let near = self.rings.iter().filter(|ring| ring.may_be_within(point, km));
        near.flat_map(|ring| ring.edges().map(|edge| distance_km(point, edge))).fold(f64::MAX, f64::min)
    }
}

impl Ring {
    fn new(points: Vec<[f64; 2]>) -> Self {
        let start = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let bounds = points.iter().fold(start, |[west, south, east, north], [x, y]| {
            [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
        });
        Self { points, bounds }
    }

    fn edges(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
        self.points.iter().copied().zip(self.points.iter().copied().skip(1))
    }

    fn contains(&self, point: Point) -> bool {
        let (x, y) = (point.longitude(), point.latitude());
        let [west, south, east, north] = self.bounds;
        if x < west || x > east || y < south || y > north {
            return false;
        }
        let crosses = |([ax, ay], [bx, by]): &([f64; 2], [f64; 2])| {
            (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
        };
        self.edges().filter(crosses).count() % 2 == 1
    }

    fn may_be_within(&self, point: Point, km: f64) -> bool {
        let [west, south, east, north] = self.bounds;
        let high = km / KM_A_DEGREE;
        let wide = high / point.latitude().to_radians().cos().max(0.01);
        (west - wide..=east + wide).contains(&point.longitude())
            && (south - high..=north + high).contains(&point.latitude())
    }
}

/// On a plane that touches the earth at the point: good to some metres over the distances that matter here.
fn distance_km(point: Point, (a, b): ([f64; 2], [f64; 2])) -> f64 {
    let shrink = point.latitude().to_radians().cos();
    let flat = |[x, y]: [f64; 2]| {
        [(x - point.longitude()) * shrink * KM_A_DEGREE, (y - point.latitude()) * KM_A_DEGREE]
    };
    let ([ax, ay], [bx, by]) = (flat(a), flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (ax + along * dx).hypot(ay + along * dy)
}

/// The parts of TopoJSON 1.0 that the file uses: quantised, delta-encoded arcs that neighbours share.
#[derive(Deserialize)]
struct Topology {
    objects: Objects,
    arcs: Vec<Vec<[i64; 2]>>,
    transform: Transform,
}

#[derive(Deserialize)]
struct Objects {
    countries: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    /// ISO 3166-1 numeric.
    id: Option<String>,
    #[serde(flatten)]
    shape: Shape,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Shape {
    Polygon(Vec<Vec<i64>>),
    MultiPolygon(Vec<Vec<Vec<i64>>>),
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

impl Topology {
    fn countries(self) -> Result<Vec<Country>, BoundariesFault> {
        let arcs: Vec<_> = self.arcs.iter().map(|arc| self.transform.decode(arc)).collect();
        let mut countries = Vec::with_capacity(self.objects.countries.geometries.len());
        for geometry in &self.objects.countries.geometries {
            let Some(id) = &geometry.id else { continue };
            let code = rust_iso3166::from_numeric_str(id).ok_or(BoundariesFault::Syntax)?.alpha3;
            let rings: Vec<&Vec<i64>> = match &geometry.shape {
                Shape::Polygon(rings) => rings.iter().collect(),
                Shape::MultiPolygon(polygons) => polygons.iter().flatten().collect(),
            };
            let rings = rings.into_iter().map(|ring| join(ring, &arcs)).collect::<Result<_, _>>()?;
            countries.push(Country { code, rings });
        }
        Ok(countries)
    }
}

impl Transform {
    #[expect(clippy::cast_precision_loss)]
    fn decode(&self, arc: &[[i64; 2]]) -> Vec<[f64; 2]> {
        let ([wide, high], [west, south]) = (self.scale, self.translate);
        let (mut x, mut y) = (0, 0);
        let step = |[dx, dy]: &[i64; 2]| {
            x += dx;
            y += dy;
            [x as f64 * wide + west, y as f64 * high + south]
        };
        arc.iter().map(step).collect()
    }
}

/// TopoJSON 1.0, 2.1.4: arcs follow each other, the last point of one being the first of the next; `!i` is arc `i`
/// backwards.
fn join(ring: &[i64], arcs: &[Vec<[f64; 2]>]) -> Result<Ring, BoundariesFault> {
    let mut points: Vec<[f64; 2]> = Vec::new();
    for index in ring {
        let forward = if *index < 0 { !index } else { *index };
        let arc = usize::try_from(forward).ok().and_then(|at| arcs.get(at)).ok_or(BoundariesFault::Syntax)?;
        points.pop();
        match *index < 0 {
            true => points.extend(arc.iter().rev()),
            false => points.extend(arc),
        }
    }
    match points.first() == points.last() && points.len() > 3 {
        true => Ok(Ring::new(points)),
        false => Err(BoundariesFault::Syntax),
    }
}
