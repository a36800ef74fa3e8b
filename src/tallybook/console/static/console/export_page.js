import { enhance } from "./export_form.js";

enhance(document.querySelector("[data-export] form"));
