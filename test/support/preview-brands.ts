// The look of firms and apps: a sign-in with one, and the console's page of it in every state.
import { accentStyleUrl } from '../../src/organizations/accent.ts';
import { dataUri, sampleLogo } from './logo.ts';
import { consoleModel } from './preview-console.ts';
import { form, long, type Screen } from './preview-samples.ts';

export const logoUrl = `/brand/${'0'.repeat(64)}.png`;
/** A yellow that nobody could read on white. */
export const look = { name: 'Acme', styleUrl: accentStyleUrl('#ffcc00') };

const page = {
  ...consoleModel,
  ...form(),
  name: 'Acme',
  isDeclared: false,
  accent: '#1f4e8c',
  noLogo: false,
  hasLogo: true,
  isChosenAgain: false,
  maxKilobytes: 90,
  maxPixels: 2000,
  sample: { name: 'Acme', logoUrl, styleUrl: accentStyleUrl('#1f4e8c', 'sample') },
  backUrl: '/admin/organizations/acme',
};

export const consoleBrands: Screen[] = [
  { state: 'saved', view: 'admin/brand', model: { ...page, notice: { key: 'admin.brand.saved' } } },
  {
    state: 'none',
    view: 'admin/brand',
    model: { ...page, accent: '', hasLogo: false, sample: { name: 'Acme' } },
  },
  {
    state: 'sample of a file',
    view: 'admin/app-brand',
    model: {
      ...page,
      accent: '#FFCC00',
      isChosenAgain: true,
      sample: { name: 'Acme', logoUrl: dataUri(sampleLogo), styleUrl: accentStyleUrl('#ffcc00', 'sample') },
    },
  },
  {
    state: 'errors, long',
    view: 'admin/brand',
    model: {
      ...page,
      ...form(
        { field: 'accent', key: 'error.brand.accent' },
        { field: 'logo', key: 'error.brand.logo.tooLarge', values: { kilobytes: 90, pixels: 2000 } },
      ),
      name: long,
      isDeclared: true,
      accent: 'the green of our door',
      noLogo: true,
      sample: { name: long },
    },
  },
];
