exports.words = { hello: 'hello' };
