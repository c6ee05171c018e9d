// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The money of epochs by the plainest arithmetic there is
/// @dev Knows nothing of the contracts: the schedule is halved in a loop, steps are lists, a veto takes from their ends.
contract EconomyModel {
    struct Step {
        uint256 total;
        uint256 windowEndsAt;
        /// what each wallet has earned in all
        uint256[] cumulative;
    }

    uint256 public constant WALLETS = 5;
    uint256 public constant GENESIS_SUPPLY = 1e27;
    uint256 public constant EMISSION = 40e18;
    uint256 public constant HALVING_EPOCHS = 3;
    uint256 public constant CAP = 10e18;
    uint256 public constant WINDOW = 1 days;

    uint256 public immutable GENESIS;

    uint256 public kappa = 10_000;
    uint256 public smoothed;
    /// BCT burned to mint DC
    uint256 public burnedBct;
    /// DC burned for use
    uint256 public usedDc;
    uint256 public finalizedCount;
    uint256 public finalizedBct;
    uint256[] public budgets;
    uint256[] public kappas;
    Step[] private _steps;
    mapping(uint256 epoch => uint256) public burnedBctIn;
    mapping(uint256 epoch => uint256) public usedDcIn;
    /// BCT that use was worth, each burn at its price and rounded down
    mapping(uint256 epoch => uint256) public worthIn;
    /// the same with twelve more digits
    mapping(uint256 epoch => uint256) public exactWorthIn;
    mapping(uint256 wallet => uint256) public paid;

    constructor(uint256 genesis) {
        GENESIS = genesis;
    }

    function buy(uint256 bctAmount) external {
        burnedBct += bctAmount;
        burnedBctIn[epochNow()] += bctAmount;
    }

    /// @dev `price` in USD per BCT with 8 decimals, `dcAmount` with 6, BCT with 18.
    function use(uint256 dcAmount, uint256 price) external {
        uint256 epoch = epochNow();
        usedDc += dcAmount;
        usedDcIn[epoch] += dcAmount;
        worthIn[epoch] += dcAmount * 1e20 / price;
        exactWorthIn[epoch] += dcAmount * 1e32 / price;
    }

    function setKappa(uint256 kappa_) external {
        kappa = kappa_;
    }

    function close() external {
        uint256 epoch = budgets.length;
        uint256 most = EMISSION;
        for (uint256 i; i < epoch / HALVING_EPOCHS; ++i) {
            most /= 2;
        }
        smoothed = (smoothed * 6 + burnedBctIn[epoch]) / 7;
        most += smoothed < CAP ? smoothed : CAP;
        uint256 ceiling = worthIn[epoch] * kappa / 10_000;
        budgets.push(most < ceiling ? most : ceiling);
        kappas.push(kappa);
    }

    /// @param lines what each wallet earns in the epoch
    function commit(uint256[] memory lines) external {
        uint256 total;
        for (uint256 i; i < WALLETS; ++i) {
            total += lines[i];
        }
        _steps.push(Step(total, block.timestamp + WINDOW, cumulativeWith(_steps.length, lines)));
    }

    function veto(uint256 epoch) external {
        while (_steps.length > epoch) {
            _steps.pop();
        }
    }

    function finalize() external {
        finalizedBct += _steps[finalizedCount].total;
        ++finalizedCount;
    }

    /// @dev Never less than before.
    function pay(uint256 wallet, uint256 cumulative) external {
        assert(cumulative >= paid[wallet]);
        paid[wallet] = cumulative;
    }

    function epochNow() public view returns (uint256) {
        return (block.timestamp - GENESIS) / 1 days;
    }

    function closedCount() external view returns (uint256) {
        return budgets.length;
    }

    function committedCount() external view returns (uint256) {
        return _steps.length;
    }

    function step(uint256 epoch) external view returns (Step memory) {
        return _steps[epoch];
    }

    /// @dev What wallets have earned before an epoch and in it.
    function cumulativeWith(uint256 epoch, uint256[] memory lines) public view returns (uint256[] memory amounts) {
        amounts = new uint256[](WALLETS);
        for (uint256 i; i < WALLETS; ++i) {
            amounts[i] = lines[i] + (epoch == 0 ? 0 : _steps[epoch - 1].cumulative[i]);
        }
    }

    /// @dev What an honest oracle pays: tenths of the budget, which change from epoch to epoch. One wallet gets nothing.
    function honestLines(uint256 epoch) external view returns (uint256[] memory lines) {
        lines = new uint256[](WALLETS);
        for (uint256 i; i < WALLETS; ++i) {
            lines[i] = budgets[epoch] * ((i * 2 + epoch) % 5) / 10;
        }
    }

    function totalPaid() external view returns (uint256 sum) {
        for (uint256 i; i < WALLETS; ++i) {
            sum += paid[i];
        }
    }
}
