import { enableCopying } from "./copying.js";

enableCopying();
