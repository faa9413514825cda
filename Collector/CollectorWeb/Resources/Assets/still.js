// A picture that was missing has arrived: put it where its place was kept.
export function showStill(hash) {
  for (const place of document.querySelectorAll(`[data-still="${CSS.escape(hash)}"]`)) {
    if (place.querySelector("img")) continue;
    const address = `/v1/evidence/${hash}`;
    const link = document.createElement("a");
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener";
    const image = document.createElement("img");
    image.src = address;
    image.alt = place.dataset.alt;
    image.decoding = "async";
    link.append(image);
    place.replaceChildren(link);
  }
}
