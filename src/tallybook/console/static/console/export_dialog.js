/* Opens the export page as a dialog of the page that links to it. The form is fetched when it is first asked for: with
   thousands of customers it is far larger than the page. */

import { enhance, parse } from "./export_form.js";

const opener = document.querySelector("[data-export-dialog]");
let dialog = null;

opener.setAttribute("aria-haspopup", "dialog");
opener.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
    return;
  }
  event.preventDefault();
  try {
    dialog ??= await load(opener.href);
  } catch {
    location.assign(opener.href);
    return;
  }
  if (!dialog.open) {
    opener.focus();
    dialog.showModal();
  }
});

async function load(address) {
  const response = await fetch(address);
  const content = parse(await response.text()).querySelector("[data-export]");
  if (!response.ok || !content) {
    throw new Error("The page has no export form.");
  }
  const made = document.createElement("dialog");
  made.id = "export-dialog";
  made.setAttribute("aria-labelledby", "export-title");
  made.append(document.adoptNode(content));
  made.querySelector("[data-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    made.close();
  });
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  enhance(made.querySelector("form"));
  made.querySelector("[data-search] input, select")?.setAttribute("autofocus", "");
  return made;
}
