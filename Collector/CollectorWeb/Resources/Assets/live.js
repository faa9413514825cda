// The live page: one event stream, totals and elements by id, a banner whenever what is shown may be old.
import "./film.js";
import { showStill } from "./still.js";

const root = document.getElementById("live");
const text = root.dataset;
const beat = Number(text.beatSeconds) * 1000;
const limits = { alerts: 12, passages: 20 };
const list = (name) => document.getElementById(name);

let source = null;
let cursor = text.cursor;
let heardAt = Date.now();
let lastTime = list("stream-time").textContent;
let isOver = false;

function connect() {
  source = new EventSource(`/live/stream?after=${encodeURIComponent(cursor)}`);
  source.addEventListener("snapshot", (event) => hear(event, applySnapshot));
  source.addEventListener("update", (event) => hear(event, applyUpdate));
  source.addEventListener("beat", (event) => hear(event, applyUpdate));
  source.addEventListener("ended", end);
  source.addEventListener("error", () => {
    if (isOver) return;
    setStream("wait", text.textConnecting);
    // A browser gives up after an answer that is no stream (a proxy's error, a log-in page): try again ourselves.
    if (source.readyState === EventSource.CLOSED) setTimeout(reconnect, 3000);
  });
}

function reconnect() {
  if (isOver) return;
  source.close();
  connect();
}

function hear(event, apply) {
  const data = JSON.parse(event.data);
  heardAt = Date.now();
  lastTime = data.time;
  list("stream-time").textContent = data.time;
  apply(data);
  cursor = event.lastEventId || cursor;
  setStream("good", text.textConnected);
  showStale();
}

function applySnapshot(data) {
  list("tiles").innerHTML = data.fragments.tiles;
  for (const name of ["alerts", "passages", "agents"]) list(name).innerHTML = data.fragments[name];
}

function applyUpdate(data) {
  for (const tile of data.tiles) place(list("tiles"), tile, false);
  for (const [key, [today, hour]] of Object.entries(data.counts)) {
    const name = CSS.escape(key);
    for (const node of root.querySelectorAll(`[data-count="${name}"]`)) tick(node, today);
    for (const node of root.querySelectorAll(`[data-hour="${name}"]`)) tick(node, hour);
  }
  for (const alert of data.alerts) place(list("alerts"), alert, true);
  for (const alert of data.films ?? []) replace(alert);
  for (const passage of data.passages) place(list("passages"), passage, true);
  for (const name of ["alerts", "passages"]) trim(list(name), limits[name]);
  if (data.agents !== undefined && data.agents !== null) list("agents").innerHTML = data.agents;
  for (const hash of data.evidence) showStill(hash);
}

function place(parent, element, isNewest) {
  const holder = document.createElement("template");
  holder.innerHTML = element.html.trim();
  const fresh = holder.content.firstElementChild;
  const old = document.getElementById(element.id);
  if (isNewest) {
    const isKnown = Boolean(old);
    if (isKnown) old.remove();
    parent.prepend(fresh);
    if (!isKnown) fresh.classList.add("fresh");
  } else if (old) {
    old.replaceWith(fresh);
  } else {
    parent.append(fresh);
  }
}

// A card whose film came: it stays where it is.
function replace(element) {
  const old = document.getElementById(element.id);
  if (!old) return;
  const holder = document.createElement("template");
  holder.innerHTML = element.html.trim();
  old.replaceWith(holder.content.firstElementChild);
}

function trim(parent, limit) {
  while (parent.children.length > limit) parent.lastElementChild.remove();
}

function tick(node, value) {
  if (node.textContent === value) return;
  node.textContent = value;
  node.classList.remove("ticked");
  void node.offsetWidth; // restarts the animation
  node.classList.add("ticked");
}

function end() {
  isOver = true;
  source.close();
  setStream("bad", text.textEnded);
  showBanner(text.textEnded);
  setTimeout(() => location.assign("/login?to=%2Flive"), 4000);
}

function setStream(tone, words) {
  list("stream-state").dataset.tone = tone;
  list("stream-text").textContent = words;
}

// What is shown may be old: the stream is silent for two heartbeats, or a camera or an agent is.
function showStale() {
  if (isOver) return;
  if (Date.now() - heardAt > 2 * beat + 1000) {
    setStream("bad", text.textConnecting);
    root.classList.add("is-stale");
    showBanner(text.textSilent.replace("%@", lastTime));
    return;
  }
  root.classList.remove("is-stale");
  const name = (node, label) => `${node.querySelector(label).textContent.trim()} (${node.dataset.stale})`;
  const silent = [...root.querySelectorAll(".agent[data-stale]")];
  // The cameras of a silent agent are silent with it: one cause, one message.
  const ids = new Set(silent.map((node) => node.id.replace("agent-", "")));
  const agents = silent.map((node) => name(node, "b"));
  const cameras = [...root.querySelectorAll(".tile[data-stale]")]
    .filter((node) => !ids.has(node.dataset.agent)).map((node) => name(node, "h3"));
  const parts = [];
  if (agents.length) parts.push(text.textStaleAgents.replace("%@", agents.join(", ")));
  if (cameras.length) parts.push(text.textStaleCameras.replace("%@", cameras.join(", ")));
  showBanner(parts.join(" · "));
}

function showBanner(words) {
  const node = list("banner-text");
  if (node.textContent !== words) node.textContent = words;
  list("banner").hidden = !words;
}

setInterval(showStale, 1000);
// A stream that is silent although the connection looks open: begin anew.
setInterval(() => {
  if (!isOver && Date.now() - heardAt > 3 * beat) reconnect();
}, beat);
connect();
