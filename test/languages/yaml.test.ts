import { testExamples } from "./examples";
import { testJourney } from "./journey";

testJourney("yaml");
testExamples("yaml");
