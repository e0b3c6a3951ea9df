// The door to EJS.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTemplates, type Templates } from '../../src/platform/templates.ts';

describe('templates', () => {
  let folder: string;
  let templates: Templates;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'templates-'));
    mkdirSync(join(folder, 'inner/partials'), { recursive: true });
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write('outside.ejs', 'secret');
    write('inner/page.ejs', "<%- include('/partials/name') %>!");
    write('inner/partials/name.ejs', '<b><%= it.name %></b>');
    write('inner/message.txt.ejs', 'Dear <%= it.name %>');
    write('inner/leaving.ejs', "<%- include('/../outside') %>");
    write('inner/climbing.ejs', "<%- include('../outside') %>");
    write('inner/mixing.txt.ejs', "<%- include('/partials/name') %>");
    write('inner/global.ejs', '<%= name %>');
    templates = createTemplates(join(folder, 'inner'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('escapes for HTML, through includes too', () => {
    expect(templates.render('page', { name: '<i>&"\'' })).toBe('<b>&lt;i&gt;&amp;&#34;&#39;</b>!');
  });

  it('leaves plain text as it is', () => {
    expect(templates.render('message.txt', { name: 'Smith & Sons' })).toBe('Dear Smith & Sons');
  });

  it.each(['leaving', 'climbing'])('includes nothing from outside its folder: %s', (name) => {
    expect(() => templates.render(name, {})).toThrow('outside');
  });

  it('never lets a plain text include HTML, which would then be cached without escaping', () => {
    expect(() => templates.render('mixing.txt', { name: '' })).toThrow('mixes');
  });

  it.each(['../outside', '/page', 'page.ejs.ejs', 'partials/../page', ''])('refuses the name %j', (name) => {
    expect(() => templates.render(name, {})).toThrow();
  });

  it('takes no options from what it prints', () => {
    const hostile = {
      name: 'x',
      settings: { 'view options': { localsName: 'y', escape: String } },
      escapeFunction: String,
      client: true,
    };
    expect(templates.render('partials/name', hostile)).toBe('<b>x</b>');
  });

  it('reads no globals', () => {
    expect(() => templates.render('global', { name: 'x' })).toThrow('name is not defined');
  });
});
