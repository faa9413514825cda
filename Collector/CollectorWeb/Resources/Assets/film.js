// Films of alerts play in one dialog, which stays while the list behind it is told anew.
const dialog = document.getElementById("player");
const video = dialog?.querySelector("video");

function play(link) {
  const address = link.getAttribute("href");
  document.getElementById("player-title").textContent = link.dataset.title;
  document.getElementById("player-hash").textContent = link.dataset.film;
  document.getElementById("player-problem").hidden = true;
  const download = document.getElementById("player-download");
  download.href = `${address}?download=1`;
  download.download = `${link.dataset.film}.mp4`;
  video.src = address;
  dialog.showModal();
  video.play().catch(() => {}); // a browser that does not begin by itself shows its button
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-film]");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  play(link);
});

video?.addEventListener("error", () => {
  if (dialog.open) document.getElementById("player-problem").hidden = false;
});

dialog?.addEventListener("close", () => {
  video.pause();
  video.removeAttribute("src");
  video.load(); // ends the download
});
