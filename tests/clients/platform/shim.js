'use strict';
// The client speaks https and has no option for another scheme. Loaded with `node -r ./shim.js`, this lets
// it speak plain HTTP to the host that it is given; the client itself stays as it was published.
const path = require.resolve('axios', {
    paths: [require.resolve('@voximplant/apiclient-nodejs')],
});
require(path).interceptors.request.use((config) => {
    config.url = config.url.replace(/^https:/, 'http:');
    return config;
});
