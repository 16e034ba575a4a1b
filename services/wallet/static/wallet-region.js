// A country in the reader's language, by the names that the browser has (Unicode CLDR).

/** The name with the code behind it, as it stands in the certificate; the code alone where the browser has no names. */
export function country(code, region) {
  if (!Intl.DisplayNames) return code;
  try {
    const name = new Intl.DisplayNames([document.documentElement.lang], { type: "region" }).of(region);
    return name && name !== region ? `${name} (${code})` : code;
  } catch {
    return code;
  }
}

/** Names every country on the page. */
export function nameCountries() {
  for (const place of document.querySelectorAll("[data-region]")) {
    place.textContent = country(place.textContent, place.dataset.region);
  }
}
