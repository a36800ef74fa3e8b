/* The export form with a search box, a live number of rows, and a word while the report is built. Without this it is a plain
   form that does the same. */

const COUNT_DELAY_MILLISECONDS = 250;
const WORD_MILLISECONDS = 10000;

export function enhance(form) {
  const customers = form.querySelector("[data-customers]");
  if (customers) {
    enhanceCustomers(form, customers);
  }
  countRows(form);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("data-link")) {
      return;
    }
    const building = form.querySelector("[data-building]");
    building.textContent = "The report is being built; the download starts by itself.";
    // A page is not told when its download begins; by then the word has been read, and would only stand in the way.
    setTimeout(() => {
      building.textContent = "";
    }, WORD_MILLISECONDS);
  });
}

function enhanceCustomers(form, list) {
  const items = [...list.children].map((item) => ({ item, name: fold(item.textContent), box: item.querySelector("input") }));
  const search = form.querySelector("[data-search] input");
  const all = form.querySelector("[data-all]");
  form.querySelector("[data-search]").hidden = false;
  form.querySelector("[data-without-search]").hidden = true;

  const show = () => {
    const ticked = items.filter(({ box }) => box.checked).length;
    const total = items.length.toLocaleString("en-GB");
    form.querySelector("[data-chosen]").textContent =
      ticked ? `${ticked.toLocaleString("en-GB")} of ${total} customers` : `All ${total} customers`;
    all.hidden = ticked === 0;
  };
  const filter = () => {
    const wanted = fold(search.value);
    for (const { item, name } of items) {
      item.hidden = !name.includes(wanted);
    }
    form.querySelector("[data-none-found]").hidden = items.some(({ item }) => !item.hidden);
  };

  search.addEventListener("input", () => {
    // Kept at its height, or the fields below would jump while somebody types.
    list.style.minHeight ||= `${list.offsetHeight}px`;
    filter();
  });
  // Enter in the search box would download.
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  list.addEventListener("change", show);
  all.addEventListener("click", () => {
    items.forEach(({ box }) => { box.checked = false; });
    show();
    search.focus();
    form.dispatchEvent(new Event("change"));
  });
  show();
  filter();
}

function countRows(form) {
  const target = form.querySelector("[data-row-count]");
  let timer = 0;
  let latest = null;
  form.querySelector("[data-recount]").hidden = true;
  form.addEventListener("change", () => {
    form.querySelector("[data-building]").textContent = "";
    clearTimeout(timer);
    timer = setTimeout(async () => {
      latest?.abort();
      latest = new AbortController();
      try {
        const response = await fetch(form.dataset.count, { method: "POST", body: new FormData(form), signal: latest.signal });
        // Redirected to the sign-in page, or an error page: no number of rows.
        const known = response.ok && !response.redirected;
        target.replaceChildren(...(known ? parse(await response.text()).body.childNodes : []));
      } catch (error) {
        if (error.name !== "AbortError") {
          target.replaceChildren();
        }
      }
    }, COUNT_DELAY_MILLISECONDS);
  });
}

export function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

/* Letter case and accents do not matter to somebody who searches. */
function fold(text) {
  return text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLocaleLowerCase("en").trim();
}
