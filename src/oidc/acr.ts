// Authentication context classes: which there are, what a client may wish for (OpenID Connect Core 3.1.2.1, 5.5.1.1), and what meets it.

/** One factor, and two (SP 800-63B-4 names them AAL1 and AAL2). */
export const acr = { oneFactor: 'urn:gatehouse:acr:aal1', twoFactors: 'urn:gatehouse:acr:aal2' } as const;

export const oneFactorReached: string = acr.oneFactor;

/** Two factors meet a wish for one; values we do not know are voluntary and ask for nothing. */
export function meetsAcr(reached: string | undefined, wanted: readonly string[]): boolean {
  const known = wanted.filter(isKnown);
  return known.length === 0 || known.includes(acr.oneFactor) || reached === acr.twoFactors;
}

export function isKnown(value: string): boolean {
  return value === acr.oneFactor || value === acr.twoFactors;
}

/** @returns the values wished for, the essential ones of the `claims` parameter before those of `acr_values`, and whether they must be met */
export function wantedAcrs(params: Readonly<Record<string, unknown>>): { values: string[]; isEssential: boolean } {
  const essential = essentialAcrs(params.claims);
  if (essential) return { values: essential, isEssential: true };
  const { acr_values: voluntary } = params;
  const values = typeof voluntary === 'string' ? voluntary.split(' ').filter(Boolean) : [];
  return { values, isEssential: false };
}

function essentialAcrs(claims: unknown): string[] | undefined {
  const request = asObject(asObject(parsed(claims))?.id_token)?.acr;
  const { essential, value, values } = asObject(request) ?? {};
  if (essential !== true) return undefined;
  const all = [value, ...(Array.isArray(values) ? values : [])].filter((one): one is string => typeof one === 'string');
  return all.length > 0 ? all : undefined;
}

function parsed(claims: unknown): unknown {
  if (typeof claims !== 'string') return claims;
  try {
    return JSON.parse(claims);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
