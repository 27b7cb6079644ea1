exports.execute = () => 'pong';
