// /organizations/{id}/brand and /clients/{client_id}/brand: accent colour and logo.
import { z } from 'zod';
import type { Administration } from '../../administration/administration.ts';
import { type Brand, brandChangeSchema, logoUrl } from '../../organizations/brand.ts';
import { type Operation, operation } from './operation.ts';

const shownSchema = z
  .strictObject({
    accent: z.string().nullable(),
    logo: z.string().nullable().describe('Where it is served, below the issuer'),
  })
  .meta({ id: 'Brand' });

const changeSchema = brandChangeSchema.meta({ id: 'BrandChange' });

const firmPath = '/organizations/{id}/brand';
const clientPath = '/clients/{client_id}/brand';

export function brandOperations({ brands, clientApps, firms }: Administration): Operation[] {
  return [
    operation({
      id: 'getOrganizationBrand',
      method: 'GET',
      path: firmPath,
      summary: 'See the accent colour and the logo of an organization',
      access: { scope: 'organizations:read', permission: 'organizations:read' },
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      run: async ({ who, params: { id = '' } }) => ({ body: show(await firms.get(who, id)) }),
    }),
    operation({
      id: 'changeOrganizationBrand',
      method: 'PATCH',
      path: firmPath,
      summary: 'Change accent colour and logo: what is left out stays, null takes it away',
      access: { scope: 'organizations:write', permission: 'organizations:write' },
      body: changeSchema,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { id = '' }, body, precondition }) => ({
        body: show(await brands.ofFirm(who, id, body, precondition.on(show))),
      }),
    }),
    operation({
      id: 'getClientBrand',
      method: 'GET',
      path: clientPath,
      summary: 'See the accent colour and the logo of a client app',
      access: { scope: 'clients:read', permission: 'clients:read' },
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      run: async ({ who, params: { client_id: id = '' } }) => ({ body: show(await clientApps.get(who, id)) }),
    }),
    operation({
      id: 'changeClientBrand',
      method: 'PATCH',
      path: clientPath,
      summary: 'Change accent colour and logo: what is left out stays, null takes it away',
      access: { scope: 'clients:write', permission: 'clients:write' },
      body: changeSchema,
      answer: { status: 200, schema: shownSchema },
      isTagged: true,
      isConditional: true,
      run: async ({ who, params: { client_id: id = '' }, body, precondition }) => ({
        body: show(await brands.ofClient(who, id, body, precondition.on(show))),
      }),
    }),
  ];
}

function show({ brand = {} }: { brand?: Brand | undefined }) {
  return { accent: brand.accent ?? null, logo: brand.logo ? logoUrl(brand.logo) : null };
}
