import { describe, expect, it } from 'vitest';
import { encodePath, mediaUrl } from './media-url.js';

describe('mediaUrl', () => {
  it('encodes every segment', () => {
    expect(mediaUrl('../bench', 'Video/6-Fraud/DM #1?.mp4')).toBe('../bench/Video/6-Fraud/DM%20%231%3F.mp4');
    expect(mediaUrl('', 'Audio/100%/"x".mp3')).toBe('./Audio/100%25/%22x%22.mp3');
    expect(mediaUrl('file:///D:/bench/', 'a.mp4')).toBe('file:///D:/bench/a.mp4');
  });

  it.each([
    '//evil.example/x.mp4',
    'https://evil.example/x.mp4',
    'javascript:alert(1)',
    'data:text/html,x',
    '\\\\evil\\x',
  ])('makes a path below the benchmark of %j', (path) => {
    const page = new URL('file:///home/me/out/report.html');
    const url = new URL(mediaUrl('../bench', path) as string, page);
    expect(url.protocol).toBe('file:');
    expect(url.host).toBe('');
    expect(url.pathname).toMatch(/^\/home\/me\/bench\//);
  });

  it.each(['../secret.mp4', 'Video/../../x', 'a\\..\\..\\x', '..', '', '/', '.'])(
    'leads nowhere for %j',
    (path) => {
      expect(mediaUrl('../bench', path)).toBeUndefined();
    },
  );
});

describe('encodePath', () => {
  it('keeps the way up, and survives half a surrogate pair', () => {
    expect(encodePath('../../my bench/x')).toBe('../../my%20bench/x');
    expect(encodePath('a\ud800b')).toBe('a%EF%BF%BDb');
  });
});
