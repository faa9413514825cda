// The enrolment code: a countdown, and a button that copies the command.
const code = document.getElementById("code");

function countDown(end) {
  const left = Math.max(0, Math.round((end - Date.now()) / 1000));
  const words = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const node = document.getElementById("code-left");
  node.textContent = left ? code.dataset.textLeft.replace("%@", words) : code.dataset.textOver;
  code.classList.toggle("is-over", left === 0);
  if (left) setTimeout(() => countDown(end), 1000);
}

function offerCopy() {
  const button = document.getElementById("code-copy");
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("code-command").textContent);
    button.textContent = code.dataset.textCopied;
  });
}

if (code) {
  countDown(Date.now() + Number(code.dataset.seconds) * 1000);
  offerCopy();
}
