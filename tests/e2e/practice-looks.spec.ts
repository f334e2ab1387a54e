// Every page and state of the practice's side in French on a small phone and in the dark: axe finds nothing, nothing is
// wider than the window. The other tests look at the same states in English, by day, on a wide screen.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { book } from './booking';
import { Practice, type Keys } from './practice';
import { another, dialog } from './practice-page';

// Each walk has a practice of its own, and takes a minute: no worker shall be left with all of them.
test.describe.configure({ mode: 'parallel' });

type Language = 'en' | 'fr';
type Words = (key: string, holes?: Readonly<Record<string, string>>) => string;

const messages = resolve(__dirname, '../../web-client/src/messages');
const wordsOf = (language: Language): Words => {
  const all = Object.assign({}, ...['practice', 'ui'].map((file) => JSON.parse(readFileSync(join(messages, language, `${file}.json`), 'utf8')) as object)) as Record<string, string>;
  return (key, holes = {}) => {
    const text = all[key];
    if (typeof text !== 'string') throw new Error(`no such words: ${key}`);
    return Object.entries(holes).reduce((filled, [name, value]) => filled.replaceAll(`{${name}}`, value), text);
  };
};

const passphrase = 'tulipe wagon bruine 47';

class Walk {
  readonly page: Page;
  readonly t: Words;
  readonly #look: string;

  constructor(page: Page, language: Language, look: string) {
    this.page = page;
    this.t = wordsOf(language);
    this.#look = look;
    page.setDefaultTimeout(20_000);
  }

  /** Where `SOUSPLI_LOOKS` names a folder, a picture of each state is put there. */
  async see(state: string, onPaper = false): Promise<void> {
    await expectAccessible(this.page, `${state}, ${this.#look}`, onPaper);
    const folder = process.env['SOUSPLI_LOOKS'];
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${this.#look} ${state}.png`), fullPage: (await dialog(this.page).count()) === 0 });
  }

  async seeOnPaper(state: string): Promise<void> {
    await this.page.emulateMedia({ media: 'print' });
    await this.see(`${state}, on paper`, true);
    await this.page.emulateMedia({ media: 'screen' });
  }

  button(key: string, holes?: Readonly<Record<string, string>>, place: Page | Locator = this.page): Locator {
    return place.getByRole('button', { name: this.t(key, holes), exact: true });
  }

  async press(key: string, holes?: Readonly<Record<string, string>>, place?: Page | Locator): Promise<void> {
    await this.button(key, holes, place).first().click();
  }

  async inDialog(key: string): Promise<void> {
    await this.press(key, {}, dialog(this.page));
  }

  async closeDialog(): Promise<void> {
    await this.page.keyboard.press('Escape');
  }

  async type(id: string, text: string): Promise<void> {
    await this.page.locator(`[id="${id}"]`).fill(text);
  }

  async part(key: string): Promise<void> {
    await this.page.getByRole('navigation', { name: this.t('practice_parts') }).getByRole('button', { name: this.t(key) }).click();
  }

  async unlock({ accountKey, passphrase: typed }: Keys): Promise<void> {
    await this.type('account-key', accountKey);
    await this.type('passphrase', typed);
    await this.press('practice_unlock');
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.page.getByText(this.t('practice_upkeep_nothing').split('.')[0] ?? '').first()).toBeVisible({ timeout: 45_000 });
  }

  /** What is folded away on a phone. */
  async tools(): Promise<void> {
    const folded = this.page.getByText(this.t('practice_more_tools'));
    if ((await folded.count()) > 0 && !(await this.button('practice_find_title').isVisible())) await folded.click();
  }

  secret(name: string): Promise<string> {
    return this.page.locator(`[data-secret=${name}]`).innerText();
  }
}

const entering = async (walk: Walk): Promise<void> => {
  const { page, t } = walk;
  await page.goto('/practice');
  await walk.see('landing');
  await walk.press('practice_unlock');
  await walk.see('landing, nothing typed');
  await page.getByRole('button', { name: t('practice_landing_create') }).click();
  await walk.press('practice_create_make');
  await walk.see('create, nothing typed');
  await walk.type('passphrase', passphrase);
  await walk.type('passphrase-again', passphrase);
  await walk.see('create, passphrase');
  await walk.press('practice_create_make');
  await expect(page.locator('[data-secret=account]')).toBeVisible({ timeout: 30_000 });
  await walk.see('kit');
  const [accountKey, recoveryCode] = [await walk.secret('account'), await walk.secret('recovery')];
  await walk.press('practice_create_kit_done');
  await walk.type('recovery-code', accountKey);
  await walk.press('practice_create_finish');
  await walk.see('typed back wrong');
  await walk.type('recovery-code', recoveryCode);
  await walk.press('practice_create_finish');
  await expect(page.getByRole('heading', { name: t('practice_setup_title') })).toBeVisible({ timeout: 30_000 });
  await settingUp(walk);
  await walk.press('practice_lock');
  await walk.see('locked');
  await recovering(walk, recoveryCode);
};

const settingUp = async (walk: Walk): Promise<void> => {
  const { page } = walk;
  await walk.press('practice_next');
  await walk.see('set-up, name missing');
  await walk.type('name', 'Cabinet des Tilleuls et de la Rivière-aux-Renards');
  await walk.press('practice_next');
  await walk.type('practitioners[0].name', 'Anne-Sophie Exemple-de-La-Tour');
  await walk.press('practice_add_practitioner');
  await walk.press('practice_add_room');
  await walk.see('set-up, people');
  await walk.press('practice_remove_of', { name: walk.t('practice_room_name', { number: '1' }) });
  await walk.press('practice_remove_of', { name: walk.t('practice_practitioner_number', { number: '2' }) });
  await walk.see('set-up, removed');
  await walk.press('practice_next');
  await page.getByText(walk.t('practice_visit_more')).first().click();
  await walk.press('practice_add_question');
  await page.locator('[id$="questions[0].kind"]').first().selectOption('choice');
  await walk.see('set-up, visits');
  await walk.press('practice_next');
  await walk.see('set-up, visits, to mend');
  await walk.press('practice_remove_of', { name: walk.t('practice_question_number', { number: '1' }) });
  await walk.press('practice_next');
  await walk.press('practice_add_exception');
  await page.locator('[id="exceptions[0].open"]').getByText(walk.t('practice_exception_open')).click();
  await page.getByText(walk.t('practice_stretch_all')).first().click();
  await walk.see('set-up, hours');
  await walk.type('exceptions[0].first', '2030-12-24');
  await walk.press('practice_next');
  await walk.see('set-up, booking');
  await walk.press('practice_next');
  await walk.see('set-up, check');
  await walk.press('practice_publish');
  await expect(page.getByRole('heading', { name: walk.t('practice_first_link_title') })).toBeVisible({ timeout: 30_000 });
  await walk.see('first link');
  await walk.press('practice_to_agenda');
  await walk.ready();
  await walk.see('agenda, empty');
};

const recovering = async (walk: Walk, recoveryCode: string): Promise<void> => {
  const { page, t } = walk;
  await page.getByRole('button', { name: t('practice_landing_recover') }).click();
  await walk.press('practice_recover_open');
  await walk.see('recover, nothing typed');
  await walk.type('recovery-code', recoveryCode);
  await walk.type('passphrase', 'une autre phrase de passe');
  await walk.type('passphrase-again', 'une autre phrase de passe');
  await walk.press('practice_recover_open');
  await expect(page.locator('[data-secret=account]')).toBeVisible({ timeout: 30_000 });
  await walk.press('practice_recover_enter');
  await walk.see('new account key');
  await page.locator('#kept').check();
  await walk.press('practice_recover_enter');
  await walk.ready();
};

const appointments = async (walk: Walk): Promise<void> => {
  const { page, t } = walk;
  const items = page.getByRole('main').getByRole('button', { name: /Comes To Look/u });
  for (const shape of ['day', 'week', 'list']) {
    await walk.press(`practice_shape_${shape}`);
    await walk.see(`agenda, ${shape}`);
  }
  await items.first().click();
  await dialog(page).getByText(t('practice_detail_history')).click();
  await walk.see('detail');
  for (const [key, state] of [
    ['practice_do_confirm', 'confirm'],
    ['practice_do_decline', 'decline'],
    ['practice_do_note', 'note'],
    ['practice_do_move', 'move'],
  ] as const) {
    await walk.inDialog(key);
    if (state === 'move') await dialog(page).getByRole('grid').waitFor();
    if (state === 'note') await walk.inDialog('practice_do_note_save');
    await walk.see(`detail, ${state}`);
    await walk.inDialog('practice_back');
  }
  await walk.inDialog('practice_do_note');
  await walk.type('detail-words', 'À rappeler.');
  await walk.inDialog('practice_do_note_save');
  await expect(dialog(page).getByText(t('practice_note_waits'))).toBeVisible();
  await walk.inDialog('practice_do_confirm');
  await walk.inDialog('practice_do_confirm');
  await expect(dialog(page).getByText(t('practice_done_confirmed'))).toBeVisible();
  await walk.see('detail, confirmed, a note waits');
  await walk.inDialog('practice_do_cancel');
  await walk.see('detail, cancel');
  await walk.inDialog('practice_back');
  await walk.closeDialog();
  await expect(walk.button('practice_later_send')).toBeVisible();
  await walk.see('agenda, a note waits');
};

const tools = async (walk: Walk): Promise<void> => {
  const { page, t } = walk;
  await walk.tools();
  await walk.see('agenda, tools');
  await page.locator('#search').fill('comes');
  await page.locator('#search').press('Enter');
  await page.getByText(t('practice_search_close')).waitFor();
  await walk.see('search');
  await walk.press('practice_search_close');
  await walk.press('practice_block_title');
  await walk.type('block-to', '11:00');
  await walk.inDialog('practice_block_do');
  await walk.see('block, turned round');
  await walk.closeDialog();
  await walk.press('practice_close_title');
  await walk.see('close days');
  await walk.closeDialog();
  await walk.press('practice_shape_week');
  await page.getByRole('grid').locator('button.empty').first().click();
  await walk.see('empty place');
  await walk.closeDialog();
};

const typingIn = async (walk: Walk): Promise<void> => {
  const { page, t } = walk;
  await walk.press('practice_new_title');
  await page.getByRole('grid').waitFor();
  await walk.see('new, time');
  await page.getByRole('main').getByRole('button', { name: /^\d\d[:h]\d\d, / }).nth(6).click();
  await walk.press('practice_new_save');
  await walk.see('new, nothing typed');
  await walk.type('patient-name', 'Madame Anne-Sophie Exemple-de-La-Tour');
  await walk.type('patient-phone', '+33 6 00 00 00 00');
  await page.getByLabel('Have you been here before?').selectOption('yes');
  await walk.press('practice_new_save');
  await expect(page.getByRole('heading', { name: t('practice_link_made_title') })).toBeVisible({ timeout: 30_000 });
  await walk.see('private link');
  await walk.seeOnPaper('private link');
  await walk.press('practice_to_agenda');
};

const parts = async (walk: Walk): Promise<void> => {
  const { page, t } = walk;
  await walk.part('practice_settings');
  for (const key of ['people', 'visits', 'hours', 'booking']) {
    await page.getByRole('navigation', { name: t('practice_settings_parts') }).getByRole('button', { name: t(`practice_part_${key}`) }).click();
    await walk.see(`settings, ${key}`);
  }
  await walk.part('practice_nav_links');
  const first = t('practice_link_numbered', { number: '1' });
  await walk.button('practice_link_show_of', { name: first }).waitFor();
  await walk.see('links');
  await walk.press('practice_link_revoke_of', { name: first });
  await walk.see('revoke');
  await walk.closeDialog();
  await walk.press('practice_link_show_of', { name: first });
  await walk.see('link');
  await walk.seeOnPaper('link');
  await walk.part('practice_nav_security');
  await walk.press('practice_change_do');
  await walk.see('keys, nothing typed');
  await walk.press('practice_team_add_title');
  await walk.type('member-name', 'Au secrétariat');
  await walk.type('member-passphrase', passphrase);
  await walk.type('member-passphrase-again', passphrase);
  await walk.press('practice_team_add');
  await expect(page.locator('[data-secret=recovery]')).toBeVisible({ timeout: 30_000 });
  await walk.see('kit of the desk');
  await walk.seeOnPaper('kit of the desk');
};

for (const [name, language, use] of [
  ['French, 320 px', 'fr', { locale: 'fr-FR', viewport: { width: 320, height: 640 } }],
  ['English, dark', 'en', { colorScheme: 'dark' }],
] as const) {
  test.describe(name, () => {
    test.use(use);

    test(`from nothing to an agenda, locked and recovered (${name})`, async ({ page }) => {
      test.slow();
      await entering(new Walk(page, language, name));
    });

    test(`everything inside (${name})`, async ({ page, browser, host }) => {
      test.slow();
      const practice = await Practice.create(host.address);
      const patient = await another(browser, host.address);
      await book(patient, practice.link, 'Comes To Look');
      await patient.context().close();
      const walk = new Walk(page, language, name);
      await page.goto('/practice');
      await walk.unlock(practice.keys);
      await appointments(walk);
      await tools(walk);
      await typingIn(walk);
      await parts(walk);
    });
  });
}
