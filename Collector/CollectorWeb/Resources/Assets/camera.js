// The camera page: the chart of the day, and the arrow keys for the days around it.
import "./film.js";

const root = document.getElementById("camera");
const colours = {
  motorbike: "#4cc2ff", car: "#ffd166", bus: "#7bd88f", truck: "#ff9f68", bicycle: "#c792ea", person: "#f78fb3",
  threeWheeler: "#82d5c9", vehicle: "#b0bec5", moving: "#9fb3c8", unknown: "#78909c",
};

function drawChart() {
  const canvas = document.getElementById("chart");
  if (!canvas || !window.Chart) return;
  const { series } = JSON.parse(root.dataset.chart);
  const groups = [...new Set(series.map((one) => one.group))];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  Chart.defaults.color = "#a9bccd";
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  new Chart(canvas, {
    type: "bar",
    data: {
      labels: [...Array(24).keys()].map((hour) => String(hour).padStart(2, "0")),
      datasets: series.map((one) => ({
        label: one.name, data: one.counts, stack: one.group, backgroundColor: shade(one, groups), borderRadius: 2,
      })),
    },
    options: {
      maintainAspectRatio: false, animation: still ? false : { duration: 300 }, interaction: { mode: "index" },
      plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } },
      scales: {
        x: { stacked: true, title: { display: true, text: root.dataset.textHour }, grid: { display: false } },
        y: { stacked: true, beginAtZero: true, ticks: { precision: 0 }, title: { display: true, text: root.dataset.textCount }, grid: { color: "#24384a" } },
      },
    },
  });
}

// A class has its colour; a second direction or line is the same colour, dimmed.
function shade(one, groups) {
  const alpha = ["ff", "99", "66", "44"][groups.indexOf(one.group) % 4];
  return (colours[one.kind] || colours.unknown) + alpha;
}

function loadChart() {
  if (!document.getElementById("chart")) return;
  const script = document.createElement("script");
  script.src = "/assets/vendor/chart.js";
  script.addEventListener("load", drawChart);
  document.head.append(script);
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, video, dialog, [tabindex='0']") || event.altKey || event.ctrlKey || event.metaKey) return;
  const id = { ArrowLeft: "previous-day", ArrowRight: "next-day" }[event.key];
  const link = id && document.getElementById(id);
  if (link) location.assign(link.href);
});

document.getElementById("day")?.addEventListener("change", (event) => event.target.value && event.target.form.submit());
loadChart();

// While a film is waited for, the list is asked for again. Rows that did not change stay: one of them may be playing.
const filmDelay = 4000;

async function refreshFilms() {
  const list = document.getElementById("film-list");
  if (!list || list.dataset.waiting === undefined) return;
  try {
    if (!document.hidden) await loadFilms(list);
  } catch {
    // The collector is away: the next try says more.
  }
  setTimeout(refreshFilms, filmDelay);
}

async function loadFilms(list) {
  const answer = await fetch(list.dataset.address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const holder = document.createElement("template");
  holder.innerHTML = (await answer.text()).trim();
  const fresh = document.importNode(holder.content, true).querySelector("#film-list");
  if (!fresh) return;
  const [shown, rows] = [list, fresh].map((one) => one.querySelector(".films"));
  if (!shown || !rows) return list.replaceWith(fresh);
  placeRows(shown, rows);
  list.toggleAttribute("data-waiting", fresh.hasAttribute("data-waiting"));
}

// A film that is moved starts over, even within the page: rows that stay are not touched, the others go around them.
function placeRows(shown, fresh) {
  const known = new Map([...shown.children].map((row) => [row.id, row]));
  const rows = [...fresh.children];
  const names = new Set(rows.map((row) => row.id));
  for (const [id, row] of known) if (!names.has(id)) row.remove();
  let place = shown.firstElementChild;
  for (const row of rows) {
    const old = known.get(row.id);
    if (!old) {
      shown.insertBefore(row, place);
    } else if (old.dataset.version === row.dataset.version || old.querySelector("video")?.currentTime > 0) {
      place = old.nextElementSibling;
    } else {
      old.replaceWith(row);
      place = row.nextElementSibling;
    }
  }
}

setTimeout(refreshFilms, filmDelay);
