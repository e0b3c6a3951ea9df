// A browser and its system in words, from what the browser says of itself. What it says is anyone's to write, and ends up in mails and on
// pages: only names that the parser's own tables hold are repeated.
import Bowser from 'bowser';

export interface Device {
  /** Such as `Firefox`; left out where it is not known. */
  browser?: string;
  /** Such as `Windows`; left out where it is not known. */
  system?: string;
}

const browsers = new Set<string | undefined>(Object.values(Bowser.BROWSER_MAP));
const systems = new Set<string | undefined>(Object.values(Bowser.OS_MAP));

export function deviceOf(userAgent: string | undefined): Device {
  if (!userAgent) return {};
  const { browser, os } = Bowser.parse(userAgent);
  return {
    ...(browser.name && browsers.has(browser.name) ? { browser: browser.name } : {}),
    ...(os.name && systems.has(os.name) ? { system: os.name } : {}),
  };
}

/** The sentence of the catalogue that names a device, with its values. */
export function deviceWords({ browser, system }: Device): { key: string; values: Record<string, string> } {
  if (browser && system) return { key: 'device.both', values: { browser, system } };
  if (browser) return { key: 'device.browser', values: { browser } };
  if (system) return { key: 'device.system', values: { system } };
  return { key: 'device.unknown', values: {} };
}
