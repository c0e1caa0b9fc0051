// The bundle of a business as it is deployed.

import wasm from "./business.wasm";
import { business } from "./dotdo.js";

const { object: wrapped, worker } = business(wasm, CLASSES);

EXPORTS

export default worker;
