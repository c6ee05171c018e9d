// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Tier} from "contracts/src/types/Types.sol";
import {Ledger} from "contracts/test/invariant/model/Ledger.sol";
import {RentalModel} from "contracts/test/invariant/model/RentalModel.sol";

/// @title The network by the plainest arithmetic there is: rentals, and slots hour by hour
contract Model is RentalModel {
    struct Hours {
        address holder;
        uint256 gpu;
        uint256 pool;
        uint256 start;
        uint256 end;
        uint256 settled;
        uint256 hourly;
        uint256 rental;
        bool isGone;
    }

    Hours[] private _slots;

    constructor(uint256 genesis, uint256 epochLength) Ledger(genesis, epochLength) {}

    function reserve(address holder, uint256 gpu, uint256 pool, uint256 start, uint256 end, uint256 hourly)
        external
        returns (uint256)
    {
        _makeRoom(gpu, start);
        for (uint256 hour = start; hour < end; ++hour) {
            free[holder] -= hourly;
        }
        _mark(gpu, start, end, true);
        _slots.push(Hours(holder, gpu, pool, start, end, start, hourly, 0, false));
        return _slots.length;
    }

    /// @dev Hour by hour: burned if the GPU was there all through it, else given back.
    function settleSlot(uint256 id) public returns (uint256 burnt, uint256 refunded) {
        Hours storage s = _slots[id - 1];
        for (; s.settled < s.end && s.settled < block.timestamp / 3600; ++s.settled) {
            if (isLost(s.gpu, s.settled)) {
                refunded += s.hourly;
                free[s.holder] += s.hourly;
            } else {
                burnt += s.hourly;
                _burn(s.gpu, s.pool, s.hourly);
            }
        }
    }

    function moveToken(uint256 id, address to) external {
        Hours storage s = _slots[id - 1];
        if (s.holder == to) return;
        settleSlot(id);
        _checkOut(s);
        s.holder = to;
    }

    function split(uint256 id, uint256 hour) external returns (uint256) {
        Hours storage s = _slots[id - 1];
        _slots.push(Hours(s.holder, s.gpu, s.pool, hour, s.end, hour, s.hourly, 0, false));
        s.end = hour;
        _followEnd(s);
        return _slots.length;
    }

    function merge(uint256 id, uint256 laterId) external {
        settleSlot(id);
        settleSlot(laterId);
        Hours storage s = _slots[id - 1];
        Hours storage later = _slots[laterId - 1];
        if (s.settled == s.end) s.settled = later.settled;
        s.end = later.end;
        _checkOut(later);
        later.isGone = true;
        _followEnd(s);
    }

    function checkIn(uint256 id, address user) external returns (uint256) {
        Hours storage s = _slots[id - 1];
        _checkOut(s);
        s.rental = _start(Tier.RESERVED, user, s.gpu, s.pool, 0, 0, s.end * 3600);
        return s.rental;
    }

    function refund(uint256 id) external returns (uint256 amount) {
        settleSlot(id);
        Hours storage s = _slots[id - 1];
        _checkOut(s);
        for (; s.settled < s.end; ++s.settled) {
            amount += s.hourly;
        }
        free[s.holder] += amount;
        _mark(s.gpu, _max(s.start, block.timestamp / 3600), s.end, false);
        s.isGone = true;
    }

    function moveSlot(uint256 id, uint256 gpu) external {
        settleSlot(id);
        Hours storage s = _slots[id - 1];
        _checkOut(s);
        uint256 fromHour = _max(s.start, block.timestamp / 3600);
        _mark(s.gpu, fromHour, s.end, false);
        _makeRoom(gpu, fromHour);
        _mark(gpu, fromHour, s.end, true);
        (s.gpu, s.start, s.settled) = (gpu, fromHour, fromHour);
    }

    /// @dev Whether a running spot rental stands in the way of a booking from an hour on: it has a right to 120 s.
    function isTooSoonForSpot(uint256 gpu, uint256 fromHour) external view returns (bool) {
        uint256 id = open[gpu];
        if (!isRunning(id) || _tierOf(id) != Tier.SPOT) return false;
        return fromHour * 3600 < overAt(id) && fromHour * 3600 < block.timestamp + 120;
    }

    function slot(uint256 id) external view returns (Hours memory) {
        return _slots[id - 1];
    }

    function slotCount() external view returns (uint256) {
        return _slots.length;
    }

    function escrowOf(uint256 id) external view returns (uint256 amount) {
        Hours memory s = _slots[id - 1];
        if (s.isGone) return 0;
        for (uint256 hour = s.settled; hour < s.end; ++hour) {
            amount += s.hourly;
        }
    }

    /// @dev A rental that is over goes; a spot rental is told when to.
    function _makeRoom(uint256 gpu, uint256 fromHour) private {
        uint256 id = open[gpu];
        if (id == 0) return;
        if (!isRunning(id)) {
            if (fromHour == block.timestamp / 3600) finish(id);
        } else if (_tierOf(id) == Tier.SPOT) {
            _setEndsBy(id, _min(fromHour * 3600, this.use(id).endsBy));
        }
    }

    function _followEnd(Hours storage s) private {
        if (s.rental != 0 && isRunning(s.rental)) _setEndsBy(s.rental, s.end * 3600);
    }

    function _checkOut(Hours storage s) private {
        if (s.rental != 0 && !this.use(s.rental).isOver) finish(s.rental);
        s.rental = 0;
    }
}
