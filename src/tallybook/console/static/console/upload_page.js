/* Shows how the work on a file gets on, and the result when it has come. Without this the page loads itself anew. */

const PERIOD_MILLISECONDS = 1500;

// Not where this page came from: that may be an address to which something was sent.
const address = document.querySelector("[data-work]").dataset.work;

async function look() {
  let page;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return; // The network is away for a moment; the next look tells.
  }
  const now = page.querySelector("[data-work]");
  if (!now) {
    location.replace(address);
    return;
  }
  const shown = document.querySelector("[data-work]");
  // Only what changed, so that a screen reader says the sentence and nothing else.
  for (const part of ["h2", "[role=status]"]) {
    const text = now.querySelector(part).textContent;
    const target = shown.querySelector(part);
    if (target.textContent !== text) {
      target.textContent = text;
    }
  }
  shown.querySelector("progress").value = now.querySelector("progress").value;
}

setInterval(look, PERIOD_MILLISECONDS);
