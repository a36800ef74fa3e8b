/* The form of a link with only those fields that the choice needs, and one's own address at a click. */

const form = document.querySelector("[data-link-form]");
const openers = [...form.querySelectorAll("[data-opens]")];

function show() {
  for (const opener of openers) {
    document.getElementById(opener.dataset.opens).hidden = !opener.checked;
  }
}

// Of a double click the second would be refused, and its answer shown in place of the key that the first has made.
let isSent = false;
form.addEventListener("submit", (event) => {
  if (isSent) {
    event.preventDefault();
  }
  isSent = true;
});
addEventListener("pageshow", () => {
  isSent = false;
});

form.addEventListener("change", show);
show();

const add = form.querySelector("[data-add-address]");
if (add) {
  const addresses = form.querySelector("#addresses");
  const own = form.querySelector("[data-own-address]").textContent.trim();
  add.hidden = false;
  add.addEventListener("click", () => {
    const lines = addresses.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!lines.includes(own)) {
      addresses.value = [...lines, own, ""].join("\n");
    }
    addresses.focus();
  });
}
