import { testExamples } from "./examples";
import { testJourney } from "./journey";

testJourney("python");
testExamples("python");
