/* The step that shows a key stays until somebody says that the key is stored. `closedby="none"` keeps Escape away; where a
   browser does not know it, the dialog comes back. */

import { enableCopying } from "./copying.js";

const dialog = document.querySelector("[data-key-step]");

dialog.removeAttribute("open");
dialog.showModal();
dialog.addEventListener("close", () => dialog.showModal());
enableCopying();
