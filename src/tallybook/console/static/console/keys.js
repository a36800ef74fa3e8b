/* Keys that work on every page: `/` leads to the box for searching, `?` shows the keys, `[` and `]` lead to the month before and
   after. None of them counts while something is typed, or while a dialog stands before the page. */

const box = document.querySelector("[data-find]");
const help = document.querySelector("[data-help]");
const keys = document.querySelector("#keys");

if (box) {
  if (matchMedia("(min-width: 761px)").matches) {
    box.placeholder = "Find, or press /";
  }
  box.setAttribute("aria-keyshortcuts", "/");
}

if (help) {
  help.setAttribute("aria-haspopup", "dialog");
  help.setAttribute("aria-keyshortcuts", "?");
  help.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    keys.showModal();
  });
}
keys.addEventListener("click", (event) => event.target === keys && keys.close());

const does = {
  "/": () => {
    box?.focus();
    box?.select();
  },
  "?": () => keys.showModal(),
  "[": () => document.querySelector("main a[rel=prev][data-month]")?.click(),
  "]": () => document.querySelector("main a[rel=next][data-month]")?.click(),
};

document.addEventListener("keydown", (event) => {
  const isOurs = event.key in does && !event.ctrlKey && !event.metaKey && !isWriting(event.target);
  if (isOurs && !document.querySelector("dialog:modal")) {
    event.preventDefault();
    does[event.key]();
  }
});

function isWriting(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}
