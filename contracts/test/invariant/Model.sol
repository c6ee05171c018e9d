// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The market by the plainest arithmetic there is
/// @dev No rounding helper, no packing, no shortcut: slow and readable. Knows nothing of the contracts.
contract Model {
    struct Use {
        address customer;
        uint256 gpu;
        uint256 pool;
        uint256 rate;
        uint256 startAt;
        uint256 deposited;
        uint256 burned;
        uint256 settledAt;
        bool isOver;
    }

    uint256 public immutable GENESIS;
    uint256 public immutable EPOCH_LENGTH;

    uint256 public minted;
    uint256 public burned;
    mapping(address account => uint256) public free;
    Use[] private _uses;
    mapping(uint256 gpu => uint256 id) public open;
    mapping(uint256 epoch => uint256) public inEpoch;
    mapping(uint256 epoch => mapping(uint256 pool => uint256)) public inEpochByPool;
    mapping(uint256 epoch => mapping(uint256 gpu => uint256)) public inEpochByGpu;

    constructor(uint256 genesis, uint256 epochLength) {
        GENESIS = genesis;
        EPOCH_LENGTH = epochLength;
    }

    function mint(address account, uint256 amount) external {
        free[account] += amount;
        minted += amount;
    }

    function start(address customer, uint256 gpu, uint256 pool, uint256 rate, uint256 escrow)
        external
        returns (uint256)
    {
        if (open[gpu] != 0) finish(open[gpu]);
        free[customer] -= escrow;
        _uses.push(Use(customer, gpu, pool, rate, block.timestamp, escrow, 0, block.timestamp, false));
        open[gpu] = _uses.length;
        return _uses.length;
    }

    function add(uint256 id, address payer, uint256 amount) external {
        free[payer] -= amount;
        _uses[id - 1].deposited += amount;
    }

    /// @dev Settles up to now or to the end of the money, and gives the rest back.
    function finish(uint256 id) public {
        settle(id);
        Use storage u = _uses[id - 1];
        free[u.customer] += u.deposited - u.burned;
        u.isOver = true;
        open[u.gpu] = 0;
    }

    function settle(uint256 id) public returns (uint256 amount) {
        Use storage u = _uses[id - 1];
        if (u.isOver) return 0;
        amount = owed(id) - u.burned;
        if (amount == 0) return 0;
        u.burned += amount;
        u.settledAt = min(block.timestamp, fundedUntil(id));
        burned += amount;
        uint256 epoch = (block.timestamp - GENESIS) / EPOCH_LENGTH;
        inEpoch[epoch] += amount;
        inEpochByPool[epoch][u.pool] += amount;
        inEpochByGpu[epoch][u.gpu] += amount;
    }

    function use(uint256 id) external view returns (Use memory) {
        return _uses[id - 1];
    }

    function count() external view returns (uint256) {
        return _uses.length;
    }

    function isRunning(uint256 id) public view returns (bool) {
        return id != 0 && !_uses[id - 1].isOver && block.timestamp < fundedUntil(id);
    }

    /// @dev In all since the start.
    function owed(uint256 id) public view returns (uint256) {
        return price(_uses[id - 1].rate, min(block.timestamp, fundedUntil(id)) - _uses[id - 1].startAt);
    }

    /// @dev The first second that the money doesn't pay, searched for.
    function fundedUntil(uint256 id) public view returns (uint256) {
        Use memory u = _uses[id - 1];
        return u.startAt + lasts(u.rate, u.deposited);
    }

    /// @dev Whole seconds that the money pays, looked for by halving.
    function lasts(uint256 rate, uint256 money) public pure returns (uint256 low) {
        uint256 high = 1 days;
        while (price(rate, high) <= money) {
            high *= 2;
        }
        while (low + 1 < high) {
            uint256 middle = (low + high) / 2;
            if (price(rate, middle) <= money) low = middle;
            else high = middle;
        }
    }

    /// @dev Whole hours, and a part of one that counts up to the next base unit.
    function price(uint256 rate, uint256 duration) public pure returns (uint256 amount) {
        uint256 rest = rate * (duration % 3600);
        amount = rate * (duration / 3600) + rest / 3600;
        if (rest % 3600 != 0) amount += 1;
    }

    function min(uint256 a, uint256 b) public pure returns (uint256) {
        return a < b ? a : b;
    }
}
