import type { Locator, Page } from "playwright-core";

/** The Manage Keys page by its accessible names, which are what a person or a screen reader finds. */
export class ManageKeys {
  constructor(
    readonly page: Page,
    readonly address: string,
  ) {}

  async signInWithKey(key: string): Promise<void> {
    await this.page.goto(this.address);
    await this.privateKey.fill(key);
    await this.button("Sign in with this key").click();
    await this.heading("Manage Keys").waitFor();
  }

  /** @param user such as "Admin of sandbox", a part of the user's entry in the list. */
  async signInAs(user: string, code: string): Promise<void> {
    await this.page.goto(this.address);
    await this.chooseUser(user);
    await this.field("Sign-in code").fill(code);
    await this.button("Sign in as this user").click();
    await this.heading("Manage Keys").waitFor();
  }

  async chooseUser(user: string): Promise<void> {
    const list = this.page.getByRole("combobox", { name: "User" });
    const [value] = await list
      .getByRole("option", { name: user })
      .evaluateAll((options) => options.map((option) => option.getAttribute("value")));
    await list.selectOption(value ?? user);
  }

  async signOut(): Promise<void> {
    await this.button("Sign out").click();
    await this.heading("Sign in").waitFor();
  }

  /** Opens the dialog, fills it in and saves it. */
  async create(name: string, type: "Public" | "Private"): Promise<void> {
    await this.button("Create API Key").click();
    const dialog = this.dialog("Create API Key");
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await dialog.getByRole("radio", { name: type }).check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "hidden" });
  }

  async revoke(name: string): Promise<void> {
    await this.button(`Revoke ${name}`).click();
    const dialog = this.dialog("Revoke key");
    await dialog.getByRole("textbox", { name: "Type the name to confirm" }).fill(name);
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await dialog.waitFor({ state: "hidden" });
  }

  /** Has no role: browsers give none to a field for a password. */
  get privateKey(): Locator {
    return this.page.getByLabel("Private key", { exact: true });
  }

  /** The value that the dialog shows, and then closes the dialog. */
  async takeValue(): Promise<string> {
    const value = await this.valueDialog.getByLabel("Private key value").textContent();
    await this.valueDialog.getByRole("button", { name: "Done" }).click();
    await this.valueDialog.waitFor({ state: "hidden" });
    return value ?? "";
  }

  /** The dialog that shows a private value once. */
  get valueDialog(): Locator {
    return this.dialog("Your private key");
  }

  /** The texts of a key's cells, by column. */
  async cells(name: string): Promise<Record<string, string>> {
    const columns = await this.page.getByRole("columnheader").allInnerTexts();
    const cells = await this.row(name).locator("th, td").allInnerTexts();
    return Object.fromEntries(columns.map((column, at) => [column.trim(), (cells[at] ?? "").trim()]));
  }

  row(name: string): Locator {
    return this.page.getByRole("row").filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** The names on this page of the list, read at one moment: the list may change at any time. */
  async names(): Promise<string[]> {
    const buttons = this.page.getByRole("button", { name: /^Details of / });
    const labels = await buttons.evaluateAll((all) => all.map((button) => button.getAttribute("aria-label")));
    return labels.map((label) => (label ?? "").replace("Details of ", ""));
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, level: 1 });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  field(name: string): Locator {
    return this.page.getByRole("textbox", { name });
  }

  dialog(name: string): Locator {
    return this.page.getByRole("dialog", { name });
  }
}
