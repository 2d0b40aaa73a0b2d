import { testExamples } from "./examples";
import { testJourney } from "./journey";

testJourney("go");
testExamples("go");
