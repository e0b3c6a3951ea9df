// Whose look a page or a mail has. What somebody typed decides nothing: an app's look may be seen by whoever was sent here by it, a firm's by
// whoever has proved to belong to it, or holds its mail.
import type { Client } from '../clients/client.ts';
import type { MailLook } from '../mail/messages.ts';
import { darkTones, lightTones } from '../organizations/accent.ts';
import type { LogoReference } from '../organizations/brand.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Colour } from '../platform/colour.ts';
import type { Account } from './account.ts';
import { organizationIds } from './membership.ts';

export interface Look {
  /** Of the firm; absent where only an app has a look. */
  name?: string;
  logo?: LogoReference;
  accent?: Colour;
}

export interface LookedAt {
  client?: Client | undefined;
  /** Only of somebody who has proved to be it. */
  account?: Account | undefined;
}

export function createLooks({ organizations }: { organizations: Pick<Organizations, 'get'> }) {
  /** The app's firm, else the person's only one; an app's own colour stands before its firm's.
   *  @returns undefined where nobody has chosen a look */
  async function lookOf({ client, account }: LookedAt): Promise<Look | undefined> {
    const own = account ? organizationIds(account) : [];
    const ids = [client?.organization, own.length === 1 ? own[0] : undefined];
    const firms = await Promise.all(ids.map((id) => (id === undefined ? undefined : organizations.get(id))));
    const firm = firms.find((one) => one?.brand);
    const accent = client?.brand?.accent ?? firm?.brand?.accent;
    if (!firm && !accent) return undefined;
    const logo = firm?.brand?.logo;
    return { ...(firm ? { name: firm.name } : {}), ...(logo ? { logo } : {}), ...(accent ? { accent } : {}) };
  }

  /** The same for a mail to somebody. */
  async function mailLookOf(about: LookedAt): Promise<MailLook> {
    const { name, accent } = (await lookOf(about)) ?? {};
    if (!accent) return name === undefined ? {} : { name };
    const [light, dark] = [lightTones(accent), darkTones(accent)];
    return {
      ...(name === undefined ? {} : { name }),
      accents: { light: [light.accent, light.accentInk], dark: [dark.accent, dark.accentInk] },
    };
  }

  return { lookOf, mailLookOf };
}
export type Looks = ReturnType<typeof createLooks>;
