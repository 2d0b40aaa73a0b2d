/**
 * What a process that a test starts needs in its environment so that its coverage counts; nothing outside of a
 * coverage run. It makes a whole `pulumi up` take half as long again, so only one e2e test asks for it.
 */
export function coverageEnvironment(): Record<string, string> {
  const folder = process.env.PAYENGINE_TEST_COVERAGE;
  return folder ? { NODE_V8_COVERAGE: folder } : {};
}
