// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {EconomyModel} from "contracts/test/invariant/model/EconomyModel.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// @title Buys DC and uses GPUs, at prices that go where they please
/// @dev What a use costs is the other suite's subject: here its DC are read from what the meters tell, and what they were
/// worth is worked out anew. GPU 1 is rented on demand, GPU 2 at spot, GPU 3 by the slot.
abstract contract EconomyUse is Test {
    uint256 private constant MIN_PRICE = 1e6;
    uint256 private constant MAX_PRICE = 100e8;

    Network internal network;
    EconomyModel internal model;
    address internal renter = makeAddr("renter");

    /// how often something worth testing came about
    mapping(string outcome => uint256) public reached;
    /// as the 256 bits of the feed's answer, so that a negative one is a huge one: out of band as well
    uint256 private _answer = 2e8;
    uint256 private _answeredAt = block.timestamp;
    uint256 private _goodPrice = 2e8;
    uint256[3] private _lastRental;
    uint256 private _slotCount;
    uint256 private _reservedTo;

    constructor(Network memory n, EconomyModel model_) {
        (network, model) = (n, model_);
        vm.prank(renter);
        n.token.approve(address(n.credits), type(uint256).max);
    }

    /// @dev After a call: what was used of what was told, and nothing else was burned.
    modifier metered() {
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 burnedDc;
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IMeter.UsageSettled.selector) burnedDc += _readUse(logs[i]);
            else if (topic == IDataCredits.CreditsBurned.selector) burnedDc -= abi.decode(logs[i].data, (uint256));
        }
        assertEq(burnedDc, 0, "DC told and burned");
    }

    function quote(uint256 kind, uint256 seed) external {
        _answeredAt = block.timestamp;
        if (kind % 8 < 4) _answer = bound(_goodPrice * bound(seed, 70, 130) / 100, MIN_PRICE, MAX_PRICE);
        else if (kind % 8 < 6) _answer = bound(seed, MIN_PRICE, MAX_PRICE);
        else if (kind % 8 == 6) _answer = _nonsense(seed);
        else _answeredAt -= 601;
        if (kind % 8 > 5) ++reached["feed failed"];
        _mockFeed();
    }

    function buy(uint256 seed, uint256 dcAmount) external metered {
        dcAmount = bound(dcAmount, 1, 100e6);
        if (seed % 4 != 0) _refresh();
        bytes4 refusal;
        if (block.timestamp > _answeredAt + 600) refusal = IPriceFeed.PriceFeed_Stale.selector;
        else if (!_isFresh()) refusal = IPriceFeed.PriceFeed_OutOfBand.selector;
        uint256 price = refusal == 0 ? network.priceFeed.previewPrice() : 0;
        _expect(refusal);
        vm.prank(renter);
        uint256 bctAmount = network.credits.mintExactFor(renter, dcAmount, type(uint256).max, 0);
        if (refusal != 0) return;
        // never dearer for the protocol than the feed says
        assertLe(price, _answer, "selling price");
        assertEq(bctAmount, (dcAmount * 1e20 + price - 1) / price, "BCT burned");
        _goodPrice = _answer;
        model.buy(bctAmount);
        ++reached["bought"];
    }

    function rent(uint256 seed, uint256 escrow) external metered {
        uint256 gpu = seed % 2 + 1;
        uint64 rate = network.pools.ratesOf(1).spot;
        if (gpu == 1) rate = network.pools.ratesOf(1).onDemand;
        escrow = bound(escrow, rate / 10, rate * 40);
        if (network.market.runningRental(gpu) != 0 || escrow > network.credits.balanceOf(renter)) return;
        vm.prank(renter);
        _lastRental[gpu] =
            gpu == 1 ? network.market.rentOnDemand(gpu, escrow, rate) : network.market.rentSpot(gpu, escrow, rate);
        ++reached["rented"];
    }

    function end(uint256 seed) external metered {
        uint256 id = _lastRental[seed % 2 + 1];
        if (id == 0 || network.market.rentalOf(id).isEnded) return;
        vm.prank(renter);
        network.market.end(id);
        ++reached["ended"];
    }

    function reserve(uint256 seed, uint256 hourCount) external metered {
        uint256 start = block.timestamp / 1 hours + seed % 3;
        if (start < _reservedTo) start = _reservedTo;
        hourCount = bound(hourCount, 1, 30);
        uint256 costDc = network.pools.reservedRate(1, hourCount) * hourCount;
        if (start > block.timestamp / 1 hours + 100 || costDc > network.credits.balanceOf(renter)) return;
        vm.prank(renter);
        _slotCount = network.slots.reserve(3, start, hourCount, type(uint64).max);
        _reservedTo = start + hourCount;
        ++reached["reserved"];
    }

    function settle(bool isOfSlots) public metered {
        if (isOfSlots) network.slots.settleSlots(_slots());
        else network.market.settleMany(_rentals());
        _goodPrice = _priceOfUse();
    }

    function pass(uint256 duration) external {
        skip(bound(duration, 1, 16 hours));
    }

    function _refresh() internal {
        if (!_isInBand()) _answer = _goodPrice;
        _answeredAt = block.timestamp;
        _mockFeed();
    }

    function _expect(bytes4 refusal) internal {
        if (refusal != 0) vm.expectPartialRevert(refusal);
    }

    /// @dev Zero, minus one, minus two, or more than anyone would pay.
    function _nonsense(uint256 seed) private pure returns (uint256) {
        unchecked {
            return seed % 2 == 0 ? 0 - seed % 3 : MAX_PRICE + seed % 1e12 + 1;
        }
    }

    function _mockFeed() private {
        bytes memory round = abi.encode(uint80(7), _answer, _answeredAt, _answeredAt, uint80(7));
        bytes memory call = abi.encodeCall(network.reportedFeed.latestRoundData, ());
        vm.mockCall(address(network.reportedFeed), call, round);
    }

    function _readUse(Vm.Log memory log) private returns (uint256 dcAmount) {
        uint256 worth;
        (,, dcAmount, worth) = abi.decode(log.data, (uint256, address, uint256, uint256));
        uint256 price = _priceOfUse();
        assertEq(worth, dcAmount * 1e20 / price, "worth");
        if (!_isFresh()) ++reached["used at the last good price"];
        _goodPrice = price;
        model.use(dcAmount, price);
    }

    /// @dev A feed that fails stops nobody from spending.
    function _priceOfUse() private view returns (uint256) {
        return _isFresh() ? _answer : _goodPrice;
    }

    function _isFresh() private view returns (bool) {
        return block.timestamp <= _answeredAt + 600 && _isInBand();
    }

    function _isInBand() private view returns (bool) {
        return _answer >= MIN_PRICE && _answer <= MAX_PRICE;
    }

    function _rentals() private view returns (uint256[] memory ids) {
        uint256 count = (_lastRental[1] == 0 ? 0 : 1) + (_lastRental[2] == 0 ? 0 : 1);
        ids = new uint256[](count);
        if (_lastRental[1] != 0) ids[0] = _lastRental[1];
        if (_lastRental[2] != 0) ids[count - 1] = _lastRental[2];
    }

    function _slots() private view returns (uint256[] memory ids) {
        ids = new uint256[](_slotCount);
        for (uint256 i; i < _slotCount; ++i) {
            ids[i] = i + 1;
        }
    }
}
