/** The page of a lesson: that of a run, with the lesson beside it. */

import { page } from "./run.js";
import { createStage } from "./stage.js";

createStage(page);
