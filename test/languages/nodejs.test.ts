import { testJourney } from "./journey";

testJourney("nodejs");
