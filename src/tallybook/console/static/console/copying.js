/* Copy buttons: they say that they have copied, also to whoever listens, and select the text where nothing can be copied. */

const SAID_MILLISECONDS = 4000;

export function enableCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const said = button.nextElementSibling;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent);
        said.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        said.textContent = "Selected: copy it with Ctrl+C or ⌘C";
      }
      setTimeout(() => { said.textContent = ""; }, SAID_MILLISECONDS);
    });
  }
}
