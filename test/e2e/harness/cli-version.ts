import type { Project } from "./project";

/** Whether the CLI of these tests has this version or a later one. */
export async function isCliFrom(project: Project, version: string): Promise<boolean> {
  const { stdout } = await project.ok("version");
  return stdout.trim().slice(1).localeCompare(version, "en", { numeric: true }) >= 0;
}
