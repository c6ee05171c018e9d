// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BudgetMath} from "contracts/src/libraries/BudgetMath.sol";
import {RewardsConfig} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

/// What an epoch may mint, beside a model by the plainest arithmetic.
contract BudgetFuzzTest is EpochBase {
    uint256 private constant EPOCHS = 6;

    function setUp() public override {
        super.setUp();
        _wire();
    }

    function testFuzz_TheScheduleHalvesAndEnds(uint128 initial, uint8 halvings, uint16 halvingEpochs, uint16 rest)
        external
        pure
    {
        vm.assume(halvingEpochs != 0);
        uint256 expected = initial;
        for (uint256 i; i < halvings; ++i) {
            expected /= 2;
        }
        uint256 epoch = uint256(halvings) * halvingEpochs + rest % halvingEpochs;
        assertEq(BudgetMath.scheduledDown(initial, halvingEpochs, epoch), expected);
    }

    /// Forever after, nothing: an epoch's number can be anything.
    function testFuzz_TheScheduleNeverComesBack(uint128 initial, uint32 halvingEpochs, uint128 epoch) external pure {
        vm.assume(halvingEpochs != 0);
        uint256 late = uint256(halvingEpochs) * 128 + epoch;
        assertEq(BudgetMath.scheduledDown(initial, halvingEpochs, late), 0);
    }

    function testFuzz_SmoothingLosesLessThanAWei(uint128 previous, uint128 burned) external pure {
        uint256 smoothed = BudgetMath.smoothedDown(previous, burned);
        uint256 sevenfold = 6 * uint256(previous) + burned;
        assertLe(smoothed * 7, sevenfold);
        assertGt((smoothed + 1) * 7, sevenfold);
    }

    function testFuzz_EveryEpochFollowsTheModel(
        uint96[EPOCHS] memory burns,
        uint96[EPOCHS] memory uses,
        uint16[EPOCHS] memory kappas
    ) external {
        RewardsConfig memory config = _config();
        uint256 smoothed;
        for (uint256 i; i < EPOCHS; ++i) {
            uint256 burned = bound(burns[i], 0, 5000e18);
            uint256 worth = bound(uses[i], 0, 3000e18) / 1e12 * 1e12;
            uint16 kappa = kappas[i] % 30_001;
            rewards.setKappa(kappa);
            // less than 2.5e11 wei buy nothing
            if (burned > 1e12) _burnBct(burned);
            else burned = 0;
            _closeWith(worth);

            smoothed = (smoothed * 6 + burned) / 7;
            uint256 most = i < 2 ? 1000e18 : i < 4 ? 500e18 : 250e18;
            most += smoothed < config.reEmissionCap ? smoothed : config.reEmissionCap;
            if (worth * kappa / 10_000 < most) most = worth * kappa / 10_000;
            assertEq(rewards.smoothedBct(), smoothed, "smoothed");
            assertEq(rewards.budgetOf(i), most, "budget");
            assertEq(rewards.kappaOf(i), kappa, "kappa");
            // minted value is never above kappa times burned value
            assertLe(rewards.budgetOf(i) * 10_000, worth * kappa, "ceiling");
        }
    }

    /// Each GPU's and pool's lifetime adds up, whatever epochs pass between uses.
    function testFuzz_TalliesAddUp(uint64[8] memory amounts, uint8[8] memory gpus, uint24[8] memory pauses) external {
        uint256[3] memory perGpu;
        uint256[9] memory perEpoch;
        uint256[3] memory lastEpoch;
        uint256[3] memory inLast;
        for (uint256 i; i < 8; ++i) {
            skip(pauses[i] % 1 days);
            uint256 gpu = gpus[i] % 3;
            uint256 epoch = (vm.getBlockTimestamp() - GENESIS) / 1 days;
            vm.prank(i % 2 == 0 ? market : slots);
            assertEq(rewards.recordUse(gpu, gpu % 2, amounts[i], amounts[i]), epoch);
            perGpu[gpu] += amounts[i];
            perEpoch[epoch] += amounts[i];
            inLast[gpu] = lastEpoch[gpu] == epoch ? inLast[gpu] + amounts[i] : amounts[i];
            lastEpoch[gpu] = epoch;
        }
        for (uint256 i; i < 3; ++i) {
            assertEq(rewards.tallyOfGpu(i).lifetimeDc, perGpu[i], "GPU");
            assertEq(rewards.tallyOfGpu(i).inEpochDc, inLast[i], "GPU's last epoch");
            assertEq(rewards.tallyOfGpu(i).epoch, lastEpoch[i], "last epoch");
        }
        assertEq(rewards.tallyOfPool(0).lifetimeDc, perGpu[0] + perGpu[2], "pool 0");
        assertEq(rewards.tallyOfPool(1).lifetimeDc, perGpu[1], "pool 1");
        for (uint256 i; i < 9; ++i) {
            assertEq(rewards.burnedIn(i), perEpoch[i], "epoch");
            assertEq(rewards.bctEquivalentIn(i), perEpoch[i], "worth");
        }
    }
}
