//! A picture in black and white alone.

use image::imageops::FilterType;
use image::{GrayImage, Luma, imageops};

/// With one level between black and white for all of it: the one that parts the pixels into two groups that are each as
/// alike as can be (Otsu 1979). The reader's own level follows its surroundings and takes noise on white for black.
pub(super) fn black_and_white(picture: &GrayImage) -> GrayImage {
    let level = level(&histogram(picture));
    let mut parted = picture.clone();
    for Luma([shade]) in parted.pixels_mut() {
        *shade = if *shade > level { u8::MAX } else { 0 };
    }
    parted
}

/// With a level for each place, by how light its surroundings are: for light that falls off to one side.
pub(super) fn by_surroundings(picture: &GrayImage) -> GrayImage {
    // A little below the mean, so that noise on white paper stays white.
    below_mean(picture, 85)
}

/// The same, black only below so many hundredths of the light around.
pub(super) fn below_mean(picture: &GrayImage, percent: u16) -> GrayImage {
    let side = picture.width().max(picture.height()).div_ceil(24).max(1);
    let small = |length: u32| length.div_ceil(side);
    let (wide, high) = (small(picture.width()).max(1), small(picture.height()).max(1));
    let mean = imageops::resize(picture, wide, high, FilterType::Triangle);
    let mean = imageops::resize(&mean, picture.width(), picture.height(), FilterType::Triangle);
    let mut parted = picture.clone();
    for (Luma([shade]), Luma([mean])) in parted.pixels_mut().zip(mean.pixels()) {
        let is_light = u16::from(*shade) * 100 > u16::from(*mean) * percent;
        *shade = if is_light { u8::MAX } else { 0 };
    }
    parted
}

fn histogram(picture: &GrayImage) -> Vec<u64> {
    let mut counts = vec![0; 256];
    for Luma([shade]) in picture.pixels() {
        if let Some(count) = counts.get_mut(usize::from(*shade)) {
            *count += 1;
        }
    }
    counts
}

/// The last level that is black.
fn level(counts: &[u64]) -> u8 {
    let weighed = |counts: &[u64]| (0u64..).zip(counts).map(|(shade, count)| shade * count).sum::<u64>();
    let (all, sum) = (counts.iter().sum::<u64>(), weighed(counts));
    let (mut dark, mut dark_sum, mut best) = (0u64, 0u64, (0u128, 0u8));
    for (shade, count) in (0u8..=u8::MAX).zip(counts) {
        dark += count;
        dark_sum += u64::from(shade) * count;
        let light = all - dark;
        if dark == 0 || light == 0 {
            continue;
        }
        // The variance between the groups, times the number of pixels squared and without fractions: the difference of
        // the means is (dark_sum * light - light_sum * dark) / (dark * light).
        let light_sum = sum - dark_sum;
        let apart =
            (u128::from(light_sum) * u128::from(dark)).abs_diff(u128::from(dark_sum) * u128::from(light));
        let between = (apart / u128::from(dark)).saturating_mul(apart / u128::from(light));
        if between > best.0 {
            best = (between, shade);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_on_two_shades_goes_away() {
        let mut state = 7u32;
        let picture = GrayImage::from_fn(60, 60, |x, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = u8::try_from(state >> 26).unwrap_or(0);
            Luma([if x < 20 { 30 + noise } else { 170 + noise }])
        });
        let parted = black_and_white(&picture);
        assert!(parted.enumerate_pixels().all(|(x, _, pixel)| pixel.0 == [if x < 20 { 0 } else { 255 }]));
    }

    #[test]
    fn light_that_falls_off_is_made_even() {
        let shade = |x: u32| 60 + x / 4;
        let is_dark = |x: u32, y: u32| (x / 8 + y / 8).is_multiple_of(2);
        let picture = GrayImage::from_fn(600, 600, |x, y| {
            let level = if is_dark(x, y) { shade(x) / 3 } else { shade(x) };
            Luma([u8::try_from(level).unwrap_or(255)])
        });
        let parted = by_surroundings(&picture);
        assert!(parted.enumerate_pixels().all(|(x, y, pixel)| (pixel.0 == [0]) == is_dark(x, y)));
    }

    #[test]
    fn one_shade_alone_is_one_shade() {
        for shade in [0, 100, 255] {
            let parted = black_and_white(&GrayImage::from_pixel(9, 9, Luma([shade])));
            assert_eq!(parted.pixels().collect::<std::collections::HashSet<_>>().len(), 1);
        }
        assert_eq!(black_and_white(&GrayImage::new(0, 0)).len(), 0);
    }
}
