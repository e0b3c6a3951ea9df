// "Look": accent colour and logo of an organization or an app, with a sample of both in light and dark.
import type Router from '@koa/router';
import type { Context } from 'koa';
import { demand, notPermitted } from '../../administration/administrator.ts';
import { mayChangeClient } from '../../administration/client-apps.ts';
import { clientName } from '../../clients/client.ts';
import { accentStyleUrl } from '../../organizations/accent.ts';
import {
  accentColour,
  type Brand,
  type BrandChange,
  logoIn,
  logoUrl,
  maxLogoBytes,
  maxLogoPixels,
} from '../../organizations/brand.ts';
import type { Colour } from '../../platform/colour.ts';
import { DomainError } from '../../platform/errors.ts';
import { seeOther } from '../http/redirect.ts';
import type { FieldError } from '../http/view-models.ts';
import { appPath, appsPath } from './app-models.ts';
import { type Desk, queryOf } from './desk.ts';
import { organizationPath, organizationsPath } from './organizations.ts';
import type { AdminPagesDependencies } from './router.ts';

/** Who sends a photograph is told so beside the field. */
const maxBytes = 4 * 1024 * 1024;

/** Whose look it is. */
interface Subject {
  view: 'admin/brand' | 'admin/app-brand';
  name: string;
  brand: Brand;
  isDeclared: boolean;
  path: string;
  backUrl: string;
  save(change: BrandChange): Promise<unknown>;
}

interface Given {
  accent: string;
  logo: string;
  noLogo: string;
  step: string;
}

type Find = (ctx: Context & { params: Record<string, string> }, desk: Desk) => Promise<Subject>;

export function brandRoutes(router: Router, dependencies: AdminPagesDependencies): void {
  const { openDesk, readForm, views } = dependencies;
  const { brands, clientApps, firms } = dependencies.administration;

  const firmSubject: Find = async (ctx, { who }) => {
    const firm = await firms.get(who, ctx.params.id ?? '');
    demand(who, 'organizations:write', firm.id);
    const { id, name, brand = {}, isDeclared = false } = firm;
    const save = (change: BrandChange) => brands.ofFirm(who, id, change);
    const view = 'admin/brand' as const;
    return { view, name, brand, isDeclared, path: organizationPath(id, '/brand'), backUrl: organizationPath(id), save };
  };

  const clientSubject: Find = async (ctx, { who }) => {
    const client = await clientApps.get(who, ctx.params.id ?? '');
    if (!mayChangeClient(who, client)) throw notPermitted('clients:write', client.organization);
    const { id, metadata, brand = {}, isDeclared = false } = client;
    const save = (change: BrandChange) => brands.ofClient(who, id, change);
    const name = clientName(metadata);
    const view = 'admin/app-brand' as const;
    return { view, name, brand, isDeclared, path: appPath(id, '/brand'), backUrl: appPath(id), save };
  };

  serve(`${organizationsPath}/:id/brand`, 'organizations:write', firmSubject);
  serve(`${appsPath}/:id/brand`, 'clients:write', clientSubject);

  function serve(path: string, permission: 'organizations:write' | 'clients:write', find: Find): void {
    router.get(path, async (ctx) => {
      const desk = await openDesk(ctx, permission);
      if (!desk) return;
      const subject = await find(ctx, desk);
      show(ctx, { desk, subject }, { accent: subject.brand.accent ?? '' });
    });

    router.post(path, async (ctx) => {
      const desk = await openDesk(ctx, permission);
      if (!desk) return;
      const subject = await find(ctx, desk);
      const given = await readForm(ctx, desk.person.csrfContext, ['accent', 'logo', 'noLogo', 'step'], {
        bytes: ['logo'],
        maxBytes,
      });
      const { change, errors } = read(given);
      const typed = { accent: given.accent.slice(0, 50), noLogo: given.noLogo !== '' };
      if (errors.length > 0) return show(ctx, { desk, subject }, { ...typed, errors });
      if (given.step === 'sample') return show(ctx, { desk, subject }, { ...typed, sampleOf: change });
      await subject.save(change);
      seeOther(ctx, `${subject.path}?done=saved`);
    });
  }

  function show(
    ctx: Context,
    { desk, subject }: { desk: Desk; subject: Subject },
    { accent, noLogo = false, errors = [], sampleOf }: Shown,
  ): void {
    const { view, name, brand, isDeclared, path, backUrl } = subject;
    const isSaved = queryOf(ctx, 'done') === 'saved' && errors.length === 0;
    const page = {
      ...desk.model,
      ...desk.form(path, errors),
      ...(isSaved ? { notice: { key: 'admin.brand.saved' } } : {}),
      name,
      isDeclared,
      accent,
      noLogo,
      hasLogo: brand.logo !== undefined,
      isChosenAgain: sampleOf?.logo instanceof Uint8Array,
      maxKilobytes: maxLogoBytes / 1000,
      maxPixels: maxLogoPixels,
      sample: sampleFor(name, brand, sampleOf ?? {}),
      backUrl,
    };
    views.render(ctx, view, page, { status: errors.length > 0 ? 422 : 200 });
  }
}

interface Shown {
  accent: string;
  noLogo?: boolean;
  errors?: readonly FieldError[];
  sampleOf?: BrandChange;
}

/** An empty field takes the colour away; no file leaves the logo as it is. */
function read(given: Given): { change: BrandChange; errors: FieldError[] } {
  const typed = given.accent.trim();
  const accent = accentColour.safeParse(typed.startsWith('#') || typed === '' ? typed : `#${typed}`);
  const bytes = Buffer.from(given.logo, 'base64');
  const logo = bytes.length === 0 ? undefined : logoIn(bytes);
  const values = { kilobytes: maxLogoBytes / 1000, pixels: maxLogoPixels };
  return {
    change: {
      accent: typed === '' ? null : accent.data,
      logo: given.noLogo !== '' ? null : bytes.length === 0 ? undefined : new Uint8Array(bytes),
    },
    errors: [
      ...(typed !== '' && !accent.success ? [{ field: 'accent', key: 'error.brand.accent' }] : []),
      ...(typeof logo === 'string' ? [{ field: 'logo', key: `error.brand.logo.${logo}`, values }] : []),
    ],
  };
}

/** What is to be seen: as saved, or as it would be. */
function sampleFor(name: string, saved: Brand, change: BrandChange) {
  const accent = (change.accent === undefined ? saved.accent : (change.accent ?? undefined)) as Colour | undefined;
  const logo = change.logo === undefined ? saved.logo && logoUrl(saved.logo) : change.logo && dataUrl(change.logo);
  return {
    name,
    ...(logo ? { logoUrl: logo } : {}),
    ...(accent ? { styleUrl: accentStyleUrl(accent, 'sample') } : {}),
  };
}

function dataUrl(bytes: Uint8Array): string {
  const logo = logoIn(bytes);
  if (typeof logo === 'string') throw new DomainError('invalid_input', `logo: ${logo}`);
  return `data:${logo.type};base64,${Buffer.from(bytes).toString('base64')}`;
}
