'use strict';
// node client.js <plan type> <free plan> <small plan> <medium plan>
//
// What a customer's program does with the published client: look at the account, at the plans, change to a
// dearer one, meet every refusal. Ends with 1 when an answer is not as expected. The account pays in
// roubles, is taxed with 20 % and is on the free plan of the type.
//
// RATEBOOK_CREDENTIALS names the credentials file; RATEBOOK_HOST is the host to call, or empty for the
// client's own (with an HTTP proxy in the environment).
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const Voximplant = require('@voximplant/apiclient-nodejs').default;

const [type, free, small, medium] = [
    process.argv[2], ...process.argv.slice(3, 6).map(Number),
];
const credentials = process.env.RATEBOOK_CREDENTIALS;
const host = process.env.RATEBOOK_HOST || undefined;
const accountId = JSON.parse(fs.readFileSync(credentials, 'utf8')).account_id;

// The key file is read asynchronously; the client tells when it is.
function connect(pathToCredentials, options = {}) {
    return new Promise((resolve) => {
        const client = new Voximplant({pathToCredentials, host, ...options});
        client.onReady = () => resolve(client);
    });
}

function code(answer) {
    return answer.error ? answer.error.code : 0;
}

// A credentials file that differs from the account's own.
function otherCredentials(change) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ratebook-client-'));
    const file = path.join(folder, 'credentials.json');
    const content = JSON.parse(fs.readFileSync(credentials, 'utf8'));
    fs.writeFileSync(file, JSON.stringify({...content, ...change}), {mode: 0o600});
    return {file, remove: () => fs.rmSync(folder, {recursive: true})};
}

// Amounts as integers of millionths: they come as JSON numbers with at most six digits.
const micros = (amount) => Math.round(amount * 1e6);

async function available(accounts, parameters = {planType: type}) {
    const answer = await accounts.getAvailablePlans(parameters);
    assert.equal(code(answer), 0, JSON.stringify(answer));
    return answer.result.map((plan) => plan.planSubscriptionTemplateId);
}

async function looksAtTheAccount(accounts) {
    const info = await accounts.getAccountInfo({});
    assert.equal(code(info), 0, JSON.stringify(info));
    assert.equal(info.result.accountId, accountId);
    assert.match(info.result.accountName, /^[a-z][a-z0-9-]*$/);
    assert.match(info.result.accountEmail, /@/);
    assert.match(String(info.result.created), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.equal(info.result.active, true);
    assert.equal(info.result.frozen, false);
    assert.equal(info.result.currency, 'RUR');
    assert.equal(info.result.apiKey, undefined);
    assert.ok(info.api_address || info.apiAddress, JSON.stringify(info));
    return info.result;
}

async function looksAtThePlans(accounts) {
    assert.deepEqual(await available(accounts), [small, medium]);
    assert.deepEqual(
        await available(accounts, {planType: 'IM;MAU', planSubscriptionTemplateId: [small, medium]}),
        [small, medium]);
    const plan = (await accounts.getAvailablePlans({planSubscriptionTemplateId: small})).result[0];
    assert.equal(plan.planType, type);
    assert.equal(typeof plan.planName, 'string');
    // 100 dollars at 91.70604 roubles.
    assert.equal(plan.periodicCharge, 9170.604);
    assert.deepEqual(Object.keys(plan.packages[0]), [
        'price_group_id', 'package_name', 'may_overrun', 'overrun_price', 'overrun_resources',
        'package_size']);
    const current = (await accounts.getAccountPlans({planType: type})).result[0];
    assert.equal(current.planSubscriptionTemplateId, free);
    assert.equal(current.periodicCharge, 0);
    assert.match(String(current.nextCharge), /^\d{4}-\d\d-01$/);
    assert.equal(current.packages[0].resource_left, current.packages[0].package_size);
}

async function changesThePlan(accounts, before) {
    const changed = await accounts.changeAccountPlan(
        {planType: type, planSubscriptionTemplateId: small});
    assert.equal(changed.result, 1, JSON.stringify(changed));
    assert.equal(changed.accountInfo.accountId, accountId);
    assert.equal(changed.accountInfo.currency, 'RUR');
    // The fee of the upcoming month and 20 % of it are reserved.
    assert.equal(micros(changed.accountInfo.balance), micros(before.balance) - 11004724800);
    const fixed = await accounts.getAccountInfo({returnLiveBalance: false});
    assert.ok(micros(fixed.result.balance) >= micros(before.balance), JSON.stringify(fixed));
    const current = (await accounts.getAccountPlans({planType: type})).result[0];
    assert.equal(current.planSubscriptionTemplateId, small);
    assert.deepEqual(await available(accounts), [medium]);
    // The calls of older clients: no plan, nothing happens.
    const same = await accounts.changeAccountPlan({planType: type, may_overrun: 'false'});
    assert.equal(same.result, 1);
    assert.equal(same.accountInfo.balance, changed.accountInfo.balance);
}

async function meetsRefusals(accounts) {
    const change = async (parameters) => code(await accounts.changeAccountPlan(parameters));
    assert.equal(await change({planType: type, planSubscriptionTemplateId: small}), 379);
    assert.equal(await change({planType: type, planSubscriptionTemplateId: free}), 379);
    assert.equal(await change({planType: type, planSubscriptionTemplateId: 1024}), 110);
    assert.equal(await change({planType: 'SMS', planSubscriptionTemplateId: small}), 426);
    assert.equal(code(await accounts.getAvailablePlans({planType: 'SMS'})), 426);
}

async function isKeptOut() {
    const {privateKey} = crypto.generateKeyPairSync('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: {type: 'pkcs8', format: 'pem'},
        publicKeyEncoding: {type: 'spki', format: 'pem'},
    });
    for (const [change, expected] of [
        [{private_key: privateKey}, 100],
        [{key_id: crypto.randomUUID()}, 433],
    ]) {
        const other = otherCredentials(change);
        try {
            const client = await connect(other.file);
            assert.equal(code(await client.Accounts.getAccountInfo({})), expected);
        } finally {
            other.remove();
        }
    }
    const stranger = await connect(credentials, {accountId: 1});
    assert.equal(code(await stranger.Accounts.getAccountInfo({})), 100);
}

async function main() {
    const {Accounts: accounts} = await connect(credentials);
    const before = await looksAtTheAccount(accounts);
    await looksAtThePlans(accounts);
    await changesThePlan(accounts, before);
    await meetsRefusals(accounts);
    await isKeptOut();
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
