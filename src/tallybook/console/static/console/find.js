/* The key `/` leads to the box for searching, unless it is typed into something, or a dialog stands before the page. */

const box = document.querySelector("[data-find]");

function isWriting(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}

if (box) {
  box.placeholder = "Find, or press /";
  box.setAttribute("aria-keyshortcuts", "/");
  document.addEventListener("keydown", (event) => {
    const isOurs = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isOurs || isWriting(event.target) || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
