// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Claim, PermitSignature, Rates, ShareRule, Tier} from "contracts/src/types/Types.sol";
import {SelfRental} from "contracts/test/utils/SelfRental.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// @title Deletes a transient word beside a stored one, which solc 0.8.28 to 0.8.33 mixed up by way of IR
contract TransientDelete {
    uint256 public stored = 7;
    uint256 private transient _passing;

    function pass() external returns (uint256 left) {
        _passing = 9;
        delete _passing;
        return _passing;
    }

    function clear() external returns (uint256 left) {
        _passing = 9;
        delete stored;
        return _passing;
    }
}

/// What went wrong elsewhere, tried on the whole network.
contract IncidentsTest is SelfRental {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32[] private _noProof;

    /// One hotspot sent itself data for 145 dollars of credits and earned 21,000 dollars of tokens. Here 145 DC cost 72.5
    /// BCT, and although the schedule would allow a million an epoch, 72.5 come back. Per tier:
    /// contracts/test/fuzz/Helium2020.t.sol.
    function test_Helium2020SelfRentalEarnsWhatItBurnedAndNoMore() external {
        assertEq(_buy(72.5e18), 145e6);
        assertEq(network.token.balanceOf(attacker), 927.5e18);
        _rentFromItself(Tier.ON_DEMAND, PRICE, PRICE);
        _settleEpochs();
        assertEq(network.rewards.budgetOf(0), 72.5e18);
        assertEq(network.token.balanceOf(attacker), STAKE);
    }

    /// A share moved between wallets of one owner, and each collected the whole past of it. Here alice's slot of 4 hours at
    /// 2.50 DC changes hands in the midst of two of them: each hour is paid once, by whoever held it.
    function test_Popsicle2021MovingATokenCollectsNothingTwice() external {
        _giveDc(alice, 10e6);
        vm.prank(alice);
        uint256 slot = network.slots.reserve(gpuId, START / 1 hours, 4, RATE);
        for (uint256 i; i < 4; ++i) {
            skip(90 minutes);
            _passOn(network.slots, slot, i % 2 == 0 ? alice : bob, i % 2 == 0 ? bob : alice);
            _passOn(network.gpus, gpuId, i % 2 == 0 ? owner : bob, i % 2 == 0 ? bob : owner);
        }
        assertEq(network.rewards.tallyOfGpu(gpuId).lifetimeDc, 10e6);
        assertEq(network.credits.totalSupply(), 0);

        _finalizeFor(alice, 5e18, 5e18);
        network.rewards.claim(alice, 5e18, _noProof);
        vm.prank(alice);
        network.token.transfer(bob, 5e18);
        _expectBadProof(bob, 5e18);
        network.rewards.claim(bob, 5e18, _noProof);
    }

    /// A pool was copied into memory and paid out by its old sums. Here one rental comes three times in a batch, and one
    /// claim: 60 s at 2.50 DC are 41,667 base units, burned once; 20,833.5 BCT base units times 1e12 are paid once.
    function test_Cover2020BatchesNeverPayByStaleCopies() external {
        uint256 id = _rent(alice, gpuId, 10e6);
        skip(60);
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (id, id, id);
        assertEq(network.market.settleMany(ids), 41_667);
        assertEq(network.rewards.burnedIn(0), 41_667);
        assertEq(network.credits.escrowed(), 10e6 - 41_667);

        vm.prank(alice);
        network.market.end(id);
        _finalizeFor(bob, 20_833.5e12, 20_833.5e12);
        Claim[] memory claims = new Claim[](3);
        claims[0] = Claim(bob, 20_833.5e12, _noProof);
        (claims[1], claims[2]) = (claims[0], claims[0]);
        assertEq(network.rewards.claimMany(claims), 20_833.5e12);
        assertEq(network.token.balanceOf(bob), 20_833.5e12);
    }

    /// The same pool at one wei. At 1 base unit per hour each second owes at most one, once.
    function test_Cover2020TheSmallestAmountsAddUp() external {
        vm.prank(owner);
        network.pools.setRates(poolId, Rates(1, 1, 1));
        uint256 id = _rent(alice, gpuId, 2);
        for (uint256 i; i < 60; ++i) {
            skip(60);
            network.market.settle(id);
        }
        assertEq(network.rewards.burnedIn(0), 1);
        skip(1);
        assertEq(network.market.settle(id), 1);
        assertEq(network.rewards.bctEquivalentIn(0), 2 * 0.5e12);
    }

    /// Whoever comes in the last second finds the day's work credited to those who did it, by the rule announced before.
    function test_AJoinJustBeforePayoutEarnsNothingFromBefore() external {
        uint256 id = _rent(alice, gpuId, 25e6);
        vm.warp(GENESIS + 1 days - 1);
        network.market.settle(id);
        uint256 late = _mintGpu(poolId, "late");
        vm.prank(owner);
        network.pools.scheduleShares(poolId, ShareRule(10_000, 0, 0), 7);

        assertEq(network.rewards.tallyOfGpu(gpuId).inEpochDc, 25e6);
        assertEq(network.rewards.tallyOfGpu(late).lifetimeDc, 0);
        for (uint256 epoch; epoch < 7; ++epoch) {
            assertEq(network.pools.sharesAt(poolId, epoch).operatorBps, 1500, "old rule");
        }
        assertEq(network.pools.sharesAt(poolId, 7).operatorBps, 10_000, "new rule");
    }

    /// LUNA fell through its feed's floor, and what was worth nothing bought at 0.10 dollars. Here a feed at or beyond the
    /// edge, or silent, sells no DC; but the rental goes on, each hour valued at the last good price.
    function test_Venus2022AClampedOrStaleFeedStopsBuyingAndNotUsing() external {
        uint256 id = _rent(alice, gpuId, 10e6);
        _giveBct(bob, 10e18);
        skip(1 hours);
        _refusesToSell(1e6 - 1, vm.getBlockTimestamp(), IPriceFeed.PriceFeed_OutOfBand.selector);
        _refusesToSell(100e8 + 1, vm.getBlockTimestamp(), IPriceFeed.PriceFeed_OutOfBand.selector);
        _refusesToSell(0, vm.getBlockTimestamp(), IPriceFeed.PriceFeed_OutOfBand.selector);
        _refusesToSell(0.1e8, vm.getBlockTimestamp() - 601, IPriceFeed.PriceFeed_Stale.selector);
        assertEq(network.market.settle(id), 2.5e6);
        assertEq(network.rewards.bctEquivalentIn(0), 1.25e18);
        vm.prank(alice);
        network.market.end(id);
        assertEq(network.credits.balanceOf(alice), 7.5e6);
    }

    /// Wrong under the IR pipeline of those compilers: this test is run by way of both.
    function test_ADeletedTransientLeavesStorageAlone() external {
        TransientDelete target = new TransientDelete();
        assertEq(target.pass(), 0);
        assertEq(target.stored(), 7);
        assertEq(target.clear(), 9);
        assertEq(target.stored(), 0);
    }

    /// Two leaves side by side are 64 bytes, as an account and an amount are. Hashed twice, no pair passes for a leaf.
    function test_ASecondPreimageIsNoLeaf() external {
        address account = address(0xacc);
        bytes32[] memory leaves = new bytes32[](2);
        (leaves[0], leaves[1]) = (bytes32(uint256(uint160(account))), bytes32(uint256(1000e18)));
        bytes32 root = Trees.root(leaves);
        assertEq(root, keccak256(abi.encode(account, 1000e18)), "a leaf, were it hashed once");
        _burnForUse();
        _finalize(root, 5e18);
        _expectBadProof(account, 1000e18);
        network.rewards.claim(account, 1000e18, _noProof);
    }

    /// The next root is for a later epoch what the last was for its own, or less.
    function test_AReusedOrLowerRootPaysNothingAgain() external {
        _burnForUse();
        _finalizeFor(bob, 5e18, 5e18);
        assertEq(network.rewards.claim(bob, 5e18, _noProof), 5e18);
        _finalizeFor(bob, 5e18, 0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NothingToClaim.selector, bob, 5e18, 5e18));
        network.rewards.claim(bob, 5e18, _noProof);
        _finalizeFor(bob, 3e18, 0);
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NothingToClaim.selector, bob, 3e18, 5e18));
        network.rewards.claim(bob, 3e18, _noProof);
        assertEq(network.token.balanceOf(bob), 5e18);
    }

    /// Whoever sees the signature in the queue uses it first, so that the purchase fails. It doesn't.
    function test_AFrontRunPermitStopsNoPurchase() external {
        (address payer, uint256 key) = makeAddrAndKey("payer");
        vm.prank(treasury);
        network.token.transfer(payer, 10e18);
        uint256 deadline = START + 60;
        bytes32 message = keccak256(abi.encode(PERMIT, payer, address(network.credits), 10e18, 0, deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", network.token.DOMAIN_SEPARATOR(), message));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        vm.prank(stranger);
        network.token.permit(payer, address(network.credits), 10e18, deadline, v, r, s);
        vm.prank(payer);
        assertEq(network.credits.mintForWithPermit(payer, 10e18, 20e6, 0, PermitSignature(deadline, v, r, s)), 20e6);
    }

    /// A limit per day that resets at midnight lets two days' worth through around it. This one fills by 11.574074 DC a
    /// second: two seconds after a million are gone, 23.148148 can be minted.
    function test_AFixedWindowsEdgeLetsNothingThroughTwice() external {
        _giveBct(alice, 1_000_000e18);
        vm.warp(GENESIS + 1 days - 1);
        _quote(PRICE);
        vm.startPrank(alice);
        network.credits.mintExactFor(alice, 1_000_000e6, type(uint256).max, 0);
        skip(2);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_OverLimit.selector, 24e6, 23_148_148));
        network.credits.mintExactFor(alice, 24e6, type(uint256).max, 0);
    }

    /// Settling, claiming and closing cost the same after a hundred idle epochs and among many GPUs, to a thirtieth.
    function test_NoLoopGrowsWithTheNetworkOrWithTime() external {
        _costs(5e18);
        (uint256 settling, uint256 closing, uint256 claiming) = _costs(10e18);
        for (uint256 i; i < 30; ++i) {
            _mintGpu(poolId, vm.toString(i));
        }
        for (uint256 i; i < 100; ++i) {
            _finalize(network.rewards.claimsRoot(), 0);
        }
        (uint256 settlingLater, uint256 closingLater, uint256 claimingLater) = _costs(15e18);
        assertApproxEqRel(settlingLater, settling, 0.034e18, "settle");
        assertApproxEqRel(closingLater, closing, 0.034e18, "close");
        assertApproxEqRel(claimingLater, claiming, 0.034e18, "claim");
    }

    /// @dev Gas of a settlement, of closing its epoch, and of the claim thereafter.
    function _costs(uint256 cumulative) private returns (uint256 settling, uint256 closing, uint256 claiming) {
        _quote(PRICE);
        uint256 id = _rent(alice, gpuId, 10e6);
        skip(4 hours);
        settling = gasleft();
        network.market.settle(id);
        settling -= gasleft();
        uint256 epoch = _closeThoseBefore();
        vm.warp(GENESIS + (epoch + 1) * 1 days);
        closing = gasleft();
        network.rewards.closeEpoch(epoch);
        closing -= gasleft();
        _commit(epoch, Trees.leaf(bob, cumulative), 5e18);
        _finalizeAll();
        claiming = gasleft();
        network.rewards.claim(bob, cumulative, _noProof);
        claiming -= gasleft();
    }

    /// @dev Use worth 5 BCT.
    function _burnForUse() private {
        uint256 id = _rent(alice, gpuId, 10e6);
        skip(4 hours);
        network.market.settle(id);
    }

    /// @dev One wallet alone is the tree.
    function _finalizeFor(address account, uint256 cumulative, uint256 total) private {
        _finalize(Trees.leaf(account, cumulative), total);
    }

    /// @dev The running epoch from here to final. Two days pass.
    function _finalize(bytes32 root, uint256 total) private {
        uint256 epoch = _closeThoseBefore();
        vm.warp(GENESIS + (epoch + 1) * 1 days);
        network.rewards.closeEpoch(epoch);
        _commit(epoch, root, total);
        _finalizeAll();
    }

    /// @dev Idle epochs, in which nothing changed.
    function _closeThoseBefore() private returns (uint256 running) {
        running = network.rewards.epochAt(uint64(vm.getBlockTimestamp()));
        for (uint256 epoch = network.rewards.closedCount(); epoch < running; ++epoch) {
            network.rewards.closeEpoch(epoch);
            _commit(epoch, network.rewards.claimsRoot(), 0);
        }
    }

    function _finalizeAll() private {
        skip(1 days);
        while (network.rewards.finalizedCount() < network.rewards.committedCount()) {
            network.rewards.finalize(network.rewards.finalizedCount());
        }
    }

    function _passOn(IERC721 token, uint256 id, address from, address to) private {
        vm.prank(from);
        token.transferFrom(from, to, id);
    }

    function _refusesToSell(int256 answer, uint256 updatedAt, bytes4 refusal) private {
        _answer(answer, updatedAt);
        vm.expectPartialRevert(refusal);
        vm.prank(bob);
        network.credits.mintFor(bob, 10e18, 0, 0);
    }

    function _expectBadProof(address account, uint256 amount) private {
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_BadProof.selector, account, amount));
    }
}
