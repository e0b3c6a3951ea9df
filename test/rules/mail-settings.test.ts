// How a mail server and a sender are written in a setting.
import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '../../src/config.ts';
import { parseSender, parseSmtpUrl } from '../../src/platform/mail-settings.ts';

describe('SMTP_URL', () => {
  it.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, tls: 'starttls' }],
    ['smtp://mail.example.com:2525/', { host: 'mail.example.com', port: 2525, tls: 'starttls' }],
    ['smtp://10.0.0.7?tls=none', { host: '10.0.0.7', port: 587, tls: 'none' }],
    ['smtp://127.0.0.1:25', { host: '127.0.0.1', port: 25, tls: 'none' }],
    ['smtp://[::1]:25', { host: '::1', port: 25, tls: 'none' }],
    ['smtp://localhost?tls=starttls', { host: 'localhost', port: 587, tls: 'starttls' }],
    ['smtp://127.0.0.1.example.com', { host: '127.0.0.1.example.com', port: 587, tls: 'starttls' }],
    ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, tls: 'implicit' }],
    [
      'smtps://me%40example.com:p%2Fw%25@mail.example.com',
      { host: 'mail.example.com', port: 465, tls: 'implicit', user: 'me@example.com', password: 'p/w%' },
    ],
  ])('reads %s', (text, server) => {
    expect(parseSmtpUrl(text)).toEqual(server);
  });

  it.each([
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://user@mail.example.com',
    'smtp://:word@mail.example.com',
    'smtp://user:100%@mail.example.com',
    'smtp://mail.example.com/path',
    'smtp://mail.example.com#there',
    'smtp://mail.example.com?tls=maybe',
    'smtp://mail.example.com?tls=none&tls=starttls',
    'smtp://mail.example.com?rejectUnauthorized=false',
    'smtps://mail.example.com?tls=none',
  ])('refuses %s', (text) => {
    expect(() => parseSmtpUrl(text)).toThrow(/^(must|may|takes) /);
  });

  it('never repeats its password in a problem', () => {
    const env = { SMTP_URL: 'smtp://user:hunter2hunter2@mail.example.com/path', MAIL_FROM: 'no-reply@example.com' };
    let told = '';
    try {
      loadConfig({ env, file: '/dev/null' });
    } catch (error) {
      if (error instanceof ConfigError) told = error.message;
    }
    expect(told).toContain('SMTP_URL: must have no path');
    expect(told).not.toContain('hunter2');
  });

  it('wants MAIL_FROM beside it, unless mail is off', () => {
    expect(() => loadConfig({ env: { SMTP_URL: 'smtp://localhost' }, file: '/dev/null' })).toThrow(/MAIL_FROM/);
    expect(loadConfig({ env: { SMTP_URL: 'off' }, file: '/dev/null' }).smtpUrl).toBe('off');
  });
});

describe('MAIL_FROM', () => {
  it.each([
    ['no-reply@example.com', '', 'no-reply@example.com'],
    ['Gatehouse <no-reply@example.com>', 'Gatehouse', 'no-reply@example.com'],
    ['"Acme, Inc." <id@example.com>', 'Acme, Inc.', 'id@example.com'],
    ['<id@example.com>', '', 'id@example.com'],
  ])('reads %s', (text, name, address) => {
    expect(parseSender(text)).toEqual({ name, address });
  });

  it.each(['', 'nobody', 'a@b.example, c@d.example', 'A <a@b.example> B', 'A\r\nBcc: x <a@b.example>', '<a@b>\n<c@d>'])(
    'refuses %j',
    (text) => {
      expect(() => parseSender(text)).toThrow('must be an address');
    },
  );
});
