/**
 * What a process that a test starts needs in its environment so that its coverage counts; nothing outside of a
 * coverage run.
 */
export function coverageEnvironment(): Record<string, string> {
  const folder = process.env.PAYENGINE_TEST_COVERAGE;
  return folder ? { NODE_V8_COVERAGE: folder } : {};
}
