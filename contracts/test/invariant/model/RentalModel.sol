// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Tier} from "contracts/src/types/Types.sol";
import {Ledger} from "contracts/test/invariant/model/Ledger.sol";

/// @title Rentals by the plainest arithmetic there is
/// @dev No rounding helper, no packing, no shortcut: slow and readable. Knows nothing of the contracts.
abstract contract RentalModel is Ledger {
    struct Use {
        Tier tier;
        address customer;
        uint256 gpu;
        uint256 pool;
        uint256 rate;
        uint256 startAt;
        uint256 deposited;
        uint256 burned;
        uint256 settledAt;
        uint256 endsBy;
        bool isOver;
    }

    uint256 public constant NEVER = 1 << 200; // no end but that of the money

    Use[] private _uses;
    mapping(uint256 gpu => uint256 id) public open;

    function startOnDemand(address customer, uint256 gpu, uint256 pool, uint256 rate, uint256 escrow)
        external
        returns (uint256 id)
    {
        id = _start(Tier.ON_DEMAND, customer, gpu, pool, rate, escrow, NEVER);
        _mark(gpu, block.timestamp / 3600, hoursUp(fundedUntil(id)), true);
    }

    function startSpot(address customer, uint256 gpu, uint256 pool, uint256 rate, uint256 escrow, uint256 exitAt)
        external
        returns (uint256 id)
    {
        if (open[gpu] != 0) finish(open[gpu]);
        return _start(Tier.SPOT, customer, gpu, pool, rate, escrow, spotEnd(gpu, exitAt));
    }

    function add(uint256 id, address payer, uint256 amount) external {
        Use storage u = _uses[id - 1];
        uint256 bookedTo = hoursUp(fundedUntil(id));
        free[payer] -= amount;
        u.deposited += amount;
        if (u.tier == Tier.ON_DEMAND) _mark(u.gpu, bookedTo, hoursUp(fundedUntil(id)), true);
    }

    /// @dev Settles up to now or to its end, gives the rest back, and frees what on-demand had booked from this hour on.
    function finish(uint256 id) public {
        Use storage u = _uses[id - 1];
        settle(id);
        free[u.customer] += u.deposited - u.burned;
        u.isOver = true;
        if (open[u.gpu] == id) open[u.gpu] = 0;
        if (u.tier == Tier.ON_DEMAND) _mark(u.gpu, block.timestamp / 3600, hoursUp(fundedUntil(id)), false);
    }

    function settle(uint256 id) public returns (uint256 amount) {
        Use storage u = _uses[id - 1];
        if (u.isOver) return 0;
        amount = owed(id) - u.burned;
        if (amount == 0) return 0;
        u.burned += amount;
        u.settledAt = _min(block.timestamp, overAt(id));
        _burn(u.gpu, u.pool, amount);
    }

    /// @dev Whether a new rental or slot finds an hour taken: what a lapsed rental still holds doesn't count.
    function isTaken(uint256 gpu, uint256 hour) public view returns (bool) {
        uint256 id = open[gpu];
        bool isLapsed = id != 0 && !isRunning(id) && _uses[id - 1].tier == Tier.ON_DEMAND;
        if (isLapsed && hour == block.timestamp / 3600 && fundedUntil(id) > hour * 3600) return false;
        return isBooked[gpu][hour];
    }

    function isAnyTaken(uint256 gpu, uint256 fromHour, uint256 toHour) external view returns (bool) {
        for (uint256 hour = fromHour; hour < toHour; ++hour) {
            if (isTaken(gpu, hour)) return true;
        }
        return false;
    }

    function use(uint256 id) external view returns (Use memory) {
        return _uses[id - 1];
    }

    function count() public view returns (uint256) {
        return _uses.length;
    }

    function isRunning(uint256 id) public view returns (bool) {
        return id != 0 && !_uses[id - 1].isOver && block.timestamp < overAt(id);
    }

    /// @dev In all since the start.
    function owed(uint256 id) public view returns (uint256) {
        return price(_uses[id - 1].rate, _min(block.timestamp, overAt(id)) - _uses[id - 1].startAt);
    }

    function overAt(uint256 id) public view returns (uint256) {
        return _min(fundedUntil(id), _uses[id - 1].endsBy);
    }

    /// @dev The first second that the money doesn't pay, searched for. A slot's use needs no money.
    function fundedUntil(uint256 id) public view returns (uint256) {
        Use memory u = _uses[id - 1];
        return u.tier == Tier.RESERVED ? NEVER : u.startAt + lasts(u.rate, u.deposited);
    }

    /// @dev Spot gives way to the next booking and to the GPU's exit.
    function spotEnd(uint256 gpu, uint256 exitAt) public view returns (uint256 endsBy) {
        uint256 hour = nextBooked(gpu, block.timestamp / 3600, 800);
        endsBy = hour == 0 ? NEVER : hour * 3600;
        if (exitAt != 0) endsBy = _min(endsBy, exitAt);
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

    function _start(
        Tier tier,
        address customer,
        uint256 gpu,
        uint256 pool,
        uint256 rate,
        uint256 escrow,
        uint256 endsBy
    ) internal returns (uint256) {
        if (open[gpu] != 0) finish(open[gpu]);
        free[customer] -= escrow;
        _uses.push(Use(tier, customer, gpu, pool, rate, block.timestamp, escrow, 0, block.timestamp, endsBy, false));
        open[gpu] = _uses.length;
        return _uses.length;
    }

    function _setEndsBy(uint256 id, uint256 endsBy) internal {
        _uses[id - 1].endsBy = endsBy;
    }

    function _tierOf(uint256 id) internal view returns (Tier) {
        return _uses[id - 1].tier;
    }

    function hoursUp(uint256 time) public pure returns (uint256) {
        return time / 3600 + (time % 3600 == 0 ? 0 : 1);
    }
}
